import type { Clock } from '../../src/shared/clock.js';
import { ACTIVITY, type Activity } from '../../src/shared/control.js';
import { BURST_FIRST, FRAME_NUMBERS, S, SOURCES, T } from '../../src/shared/fields.js';
import { FrameWriter, type Slot } from '../../src/shared/frame-store.js';
import { TELEMETRY_STORE } from '../../src/shared/layout.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { KernelFiles } from '../proc/kernel-files.js';
import { BURST_MS } from '../rates/cpu-window.js';
import { TelemetryRenderer } from '../render/telemetry-json.js';
import { Cadence } from './cadence.js';
import { CpuSampler } from './cpu-sampler.js';
import { DiskFold } from './disk-fold.js';
import { Governor } from './governor.js';
import { LoadSampler } from './load-sampler.js';
import { MemorySampler } from './memory-sampler.js';
import { PressureSampler } from './pressure-sampler.js';
import { Recording } from './recording.js';
import { Staleness } from './stale.js';
import { ThreadCpu } from './thread-cpu.js';

const MEMORY_PERIOD_MS = 100;
const DISK_FOLD_PERIOD_MS = 100;
const SLOW_PERIOD_MS = 1_000;

/**
 * Where more than this is asked for between samples, and not more than 100 ms, the CPU is read once in between, too: what lasts for 150 ms
 * fills one of the windows of 100 ms that end so far apart, wherever it begins. An interval that the budget stretches has no room for that.
 */
const BURST_READ_MS = 50;

/** What goes on from frame to frame. */
const COUNTERS = [
  T.ticks,
  T.missed_ticks,
  T.read_errors,
  T.cpu_busy_ticks,
  T.cpu_total_ticks,
  T.cpu_user_ticks,
  T.cpu_system_ticks,
  T.cpu_iowait_ticks,
  T.cpu_steal_ticks,
  T.cpu_anomalies,
];
export type ProcSamplerOptions = Omit<ProcLaneTask, 'lane' | 'generation'> & {
  readonly clock: Clock;
  /** Control.enter for this lane: false when it was replaced, after which it writes nothing more. Default: it never is. */
  readonly enter?: (activity: Activity) => boolean;
};

/**
 * The work of a proc lane's tick: read → parse → rates → render → publish. Holds all buffers and descriptors.
 * Thread: the lane's. Allocates in a tick: nothing that lasts. A file that can't be read or parsed makes its own values unknown
 * and its source stale, is counted, and disturbs nothing else: `tick` does not throw for it.
 */
export class ProcSampler {
  readonly #clock: Clock;
  readonly #enter: (activity: Activity) => boolean;

  readonly #files: KernelFiles;
  readonly #governor: Governor;
  readonly #threadCpu = new ThreadCpu();

  readonly #memoryCadence = new Cadence(MEMORY_PERIOD_MS);
  readonly #slowCadence = new Cadence(SLOW_PERIOD_MS);
  readonly #diskCadence = new Cadence(DISK_FOLD_PERIOD_MS);

  readonly #cpu: CpuSampler;
  readonly #memory: MemorySampler;
  readonly #load: LoadSampler;
  readonly #pressure: PressureSampler;
  readonly #recording: Recording;
  readonly #stale: Staleness;

  /** How often the CPU is read from one sample to the next. */
  readonly #readsPerTick: 1 | 2;
  /** Whether the next tick is one that only reads the CPU, and how many of all ticks were left out. */
  #isBetween = false;
  #skippedReads = 0;
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
    this.#enter = options.enter ?? (() => true);
    const nowMs = options.clock.monoMs();
    this.#files = new KernelFiles(options.procfs, nowMs);
    this.#memory = new MemorySampler(this.#files);
    this.#lastMs = nowMs;
    this.#load = new LoadSampler(this.#files);
    this.#pressure = new PressureSampler(this.#files);
    this.#recording = new Recording(options.shared);
    this.#readsPerTick = options.intervalMs > BURST_READ_MS && options.intervalMs <= BURST_MS ? 2 : 1;
    this.#writer = new FrameWriter(options.shared, TELEMETRY_STORE);
    this.#disk = new DiskFold(options);
    this.#renderer = new TelemetryRenderer(options.identifier);
    this.#numbers = this.#firstNumbers();
    this.#cpu = new CpuSampler(
      this.#files,
      this.#numbers,
      this.#writer.latest()?.numbers ?? null,
      options.cpuWindowMs,
      options.intervalMs / this.#readsPerTick,
    );
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
    this.#skippedReads += skipped;
    const isBetween = this.#isBetween;
    this.#isBetween = !isBetween && this.#readsPerTick === 2;
    const isSecond = !isBetween && this.#slowCadence.due(deadlineMs);
    let valid = this.#cpu.sample(nowMs, this.#nextMs, isSecond);
    this.#note(S.cpu, valid, nowMs);
    this.#recording.saw(numbers[T.cpu_100ms_pct]!);
    if (isBetween) return this.#nextMs;

    this.#files.keepUp(deadlineMs, nowMs);
    if (this.#memoryCadence.due(deadlineMs)) this.#sampleMemory(nowMs);
    if (isSecond) this.#sampleSlow(nowMs);

    // No file is touched from here to the end of the section: a lane that hangs in it can't be replaced.
    if (!this.#enter(ACTIVITY.writing)) return this.#nextMs;
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
    const missed = Math.floor(this.#skippedReads / this.#readsPerTick);
    this.#skippedReads -= missed * this.#readsPerTick;
    numbers[T.missed_ticks]! += missed;
    numbers[T.stale_mask] = this.#stale.mask;
    numbers[T.interval_ms] = this.#governor.intervalMs;
    this.#stale.age(nowMs);

    this.#recording.record(numbers, deadlineMs);
    const slot = this.#writer.begin();
    slot.numbers.set(numbers);
    const length = this.#renderer.render(slot.bytes, numbers, this.#disk.sites, this.#stale.seconds);
    this.#writer.publish(slot, length);
    this.#enter(ACTIVITY.resting);
    return this.#nextMs;
  }

  /** The time between ticks that is in force. */
  get #nextMs(): number {
    return this.#governor.intervalMs / this.#readsPerTick;
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
    for (const index of COUNTERS) numbers[index] = latest?.numbers[index] ?? 0;
    numbers.fill(0, BURST_FIRST);
    if (latest === null) return numbers;
    numbers.set(latest.numbers.subarray(BURST_FIRST), BURST_FIRST);
    numbers[T.pressure_supported] = latest.numbers[T.pressure_supported]!;
    return numbers;
  }

  #sampleMemory(nowMs: number): void {
    const numbers = this.#numbers;
    this.#memory.sample(numbers, nowMs);
    this.#note(S.memory, !Number.isNaN(numbers[T.mem_pct]!), nowMs);
    this.#note(S.swap, !Number.isNaN(numbers[T.swap_pct]!), nowMs);
  }

  #sampleSlow(nowMs: number): void {
    const numbers = this.#numbers;
    this.#load.sample(numbers, nowMs);
    this.#note(S.load, !Number.isNaN(numbers[T.load_1]!), nowMs);
    this.#note(S.uptime, !Number.isNaN(numbers[T.uptime_seconds]!), nowMs);
    this.#note(S.pressure, this.#pressure.sample(numbers, nowMs), nowMs);

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
