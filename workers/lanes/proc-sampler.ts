import type { Clock } from '../../src/shared/clock.js';
import { FRAME_NUMBERS, S, SOURCES, T } from '../../src/shared/fields.js';
import { FrameWriter, type Slot } from '../../src/shared/frame-store.js';
import { TELEMETRY_STORE } from '../../src/shared/layout.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { KernelFiles } from '../proc/kernel-files.js';
import { parseLoadavg } from '../proc/loadavg.js';
import { CPU_FIELDS, parseStat } from '../proc/stat.js';
import { parseUptime } from '../proc/uptime.js';
import { CpuWindow } from '../rates/cpu-window.js';
import { TelemetryRenderer } from '../render/telemetry-json.js';
import { Cadence } from './cadence.js';
import { DiskFold } from './disk-fold.js';
import { Governor } from './governor.js';
import { MemorySampler } from './memory-sampler.js';
import { Staleness } from './stale.js';
import { ThreadCpu } from './thread-cpu.js';

const MEMORY_PERIOD_MS = 100;
const DISK_FOLD_PERIOD_MS = 100;
const SLOW_PERIOD_MS = 1_000;
export type ProcSamplerOptions = Omit<ProcLaneTask, 'lane' | 'generation'> & {
  readonly clock: Clock;
  /** Whether the store's writer is still this one: a lane that hung in a tick may have been replaced meanwhile. Default: it is. */
  readonly mayPublish?: () => boolean;
};

/**
 * The work of a proc lane's tick: read → parse → rates → render → publish. Holds all buffers and descriptors.
 * Thread: the lane's. Allocates in a tick: nothing that lasts. A file that can't be read or parsed makes its own values unknown
 * and its source stale, is counted, and disturbs nothing else: `tick` does not throw for it.
 */
export class ProcSampler {
  readonly #clock: Clock;
  readonly #mayPublish: () => boolean;

  readonly #files: KernelFiles;
  readonly #governor: Governor;
  readonly #threadCpu = new ThreadCpu();

  readonly #memoryCadence = new Cadence(MEMORY_PERIOD_MS);
  readonly #slowCadence = new Cadence(SLOW_PERIOD_MS);
  readonly #diskCadence = new Cadence(DISK_FOLD_PERIOD_MS);

  readonly #counters = new Float64Array(CPU_FIELDS.length);
  readonly #memory: MemorySampler;
  readonly #load = new Float64Array(3);
  readonly #window: CpuWindow;
  readonly #stale: Staleness;

  /** When the last sample was taken; the start, before the first. */
  #lastMs: number;
  /** The disk lane's CPU time as it was put to the governor last. */
  #diskCpuNs = 0;
  /** The values of the next frame; kept from tick to tick, since not all are read at each. */
  readonly #numbers: Float64Array;
  readonly #writer: FrameWriter;
  readonly #disk: DiskFold;
  readonly #renderer: TelemetryRenderer;

  constructor(options: ProcSamplerOptions) {
    this.#clock = options.clock;
    this.#mayPublish = options.mayPublish ?? (() => true);
    const nowMs = options.clock.monoMs();
    this.#files = new KernelFiles(options.procfs, nowMs);
    this.#memory = new MemorySampler(this.#files);
    this.#lastMs = nowMs;
    this.#window = new CpuWindow(options.cpuWindowMs, options.intervalMs);
    this.#writer = new FrameWriter(options.shared, TELEMETRY_STORE);
    this.#disk = new DiskFold(options);
    this.#renderer = new TelemetryRenderer(options.identifier);
    this.#numbers = this.#firstNumbers();
    const freshStart = T[`${SOURCES[0]}_fresh_ms`];
    this.#stale = new Staleness(nowMs, this.#numbers.subarray(freshStart, freshStart + SOURCES.length));
    this.#governor = new Governor(
      options.intervalMs,
      options.cpuBudgetPct,
      this.#writer.latest()?.numbers[T.interval_ms],
    );
  }

  /**
   * Takes one sample and publishes it. `deadlineMs` is when it was due, `skipped` how many ticks were left out just before it. Returns
   * after how many ms from `deadlineMs` the next is due.
   */
  tick(deadlineMs: number, skipped: number): number {
    const nowMs = this.#clock.monoMs();
    const numbers = this.#numbers;
    let valid = this.#sampleCpu(nowMs);
    this.#files.keepUp(deadlineMs, nowMs);
    if (this.#memoryCadence.due(deadlineMs)) this.#sampleMemory(nowMs);
    if (this.#slowCadence.due(deadlineMs)) this.#sampleSlow(nowMs);
    if (this.#diskCadence.due(deadlineMs)) this.#disk.fold(numbers, this.#stale, nowMs);
    valid ||= !(
      Number.isNaN(numbers[T.mem_pct]!) &&
      Number.isNaN(numbers[T.load_1]!) &&
      Number.isNaN(numbers[T.uptime_seconds]!)
    );

    numbers[T.sampled_wall_ms] = this.#clock.wallMs();
    numbers[T.gap_ms] = nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    numbers[T.sampled_mono_ms] = nowMs;
    numbers[T.valid] = valid ? 1 : 0;
    numbers[T.ticks]!++;
    numbers[T.missed_ticks]! += skipped;
    numbers[T.stale_mask] = this.#stale.mask;
    numbers[T.interval_ms] = this.#governor.intervalMs;
    this.#stale.age(nowMs);

    if (!this.#mayPublish()) return this.#governor.intervalMs;
    const slot = this.#writer.begin();
    slot.numbers.set(numbers);
    const length = this.#renderer.render(slot.bytes, numbers, this.#disk.sites, this.#stale.seconds);
    this.#writer.publish(slot, length);
    return this.#governor.intervalMs;
  }

  /** What was spent until now was not for sampling, and is not held against the budget. */
  restartBudget(): void {
    this.#governor.restart();
  }

  /** Lets all descriptors go. */
  close(): void {
    this.#files.close();
    this.#threadCpu.close();
  }

  /** Counters go on where a lane that died left off; values are unknown until they are read. */
  #firstNumbers(): Float64Array {
    const latest: Slot | null = this.#writer.latest();
    const numbers = new Float64Array(FRAME_NUMBERS).fill(Number.NaN);
    for (const index of [
      T.ticks,
      T.missed_ticks,
      T.read_errors,
      T.cpu_busy_ticks,
      T.cpu_total_ticks,
      T.cpu_anomalies,
    ]) {
      numbers[index] = latest?.numbers[index] ?? 0;
    }
    if (latest !== null && !Number.isNaN(latest.numbers[T.cpu_user]!)) {
      for (let i = 0; i < CPU_FIELDS.length; i++) this.#counters[i] = latest.numbers[T.cpu_user + i]!;
      this.#window.resume(
        this.#counters,
        numbers[T.cpu_busy_ticks]!,
        numbers[T.cpu_total_ticks]!,
        numbers[T.cpu_anomalies]!,
      );
    }
    return numbers;
  }

  #sampleCpu(nowMs: number): boolean {
    const numbers = this.#numbers;
    const { stat } = this.#files;
    const length = stat.read(nowMs);
    let ok = length >= 0;
    if (ok) {
      try {
        parseStat(stat.bytes, length, this.#counters);
      } catch {
        ok = false;
      }
    }
    if (ok) {
      this.#window.push(this.#counters, nowMs);
      for (let i = 0; i < CPU_FIELDS.length; i++) numbers[T.cpu_user + i] = this.#counters[i]!;
      numbers[T.cpu_busy_ticks] = this.#window.busyTicks;
      numbers[T.cpu_total_ticks] = this.#window.totalTicks;
      numbers[T.cpu_anomalies] = this.#window.anomalies;
    } else {
      this.#window.miss();
    }
    numbers[T.cpu_pct] = this.#window.pct;
    this.#note(S.cpu, ok, nowMs);
    return ok;
  }

  #sampleMemory(nowMs: number): void {
    const numbers = this.#numbers;
    this.#memory.sample(numbers, nowMs);
    this.#note(S.memory, !Number.isNaN(numbers[T.mem_pct]!), nowMs);
    this.#note(S.swap, !Number.isNaN(numbers[T.swap_pct]!), nowMs);
  }

  #sampleSlow(nowMs: number): void {
    const numbers = this.#numbers;
    numbers[T.load_1] = numbers[T.load_5] = numbers[T.load_15] = Number.NaN;
    const { loadavg, uptime } = this.#files;
    const loadLength = loadavg.read(nowMs);
    if (loadLength >= 0) {
      try {
        parseLoadavg(loadavg.bytes, loadLength, this.#load);
        numbers[T.load_1] = this.#load[0]!;
        numbers[T.load_5] = this.#load[1]!;
        numbers[T.load_15] = this.#load[2]!;
      } catch {
        // All three stay unknown.
      }
    }
    this.#note(S.load, !Number.isNaN(numbers[T.load_1]!), nowMs);

    numbers[T.uptime_seconds] = Number.NaN;
    const uptimeLength = uptime.read(nowMs);
    if (uptimeLength >= 0) {
      try {
        numbers[T.uptime_seconds] = parseUptime(uptime.bytes, uptimeLength);
      } catch {
        // Stays unknown.
      }
    }
    this.#note(S.uptime, !Number.isNaN(numbers[T.uptime_seconds]!), nowMs);

    const cpuNs = this.#threadCpu.read(nowMs);
    numbers[T.lane_cpu_ns] = cpuNs;
    numbers[T.lane_cpu_mono_ms] = nowMs;
    // What a lane took before it was first heard of, or that of another thread, is no step.
    const diskCpuNs = this.#disk.laneCpuNs;
    if (diskCpuNs < this.#diskCpuNs || (this.#diskCpuNs === 0 && diskCpuNs > 0)) this.#governor.restart();
    this.#diskCpuNs = diskCpuNs;
    this.#governor.push(cpuNs + diskCpuNs, nowMs);
  }

  #note(source: number, ok: boolean, nowMs: number): void {
    if (ok) {
      this.#stale.fresh(source, nowMs);
    } else {
      this.#stale.failed(source);
      this.#numbers[T.read_errors]!++;
    }
  }
}
