import type { Clock } from '../../src/shared/clock.js';
import { ACTIVITY, Control } from '../../src/shared/control.js';
import { BURST_FIRST, FRAME_NUMBERS, S, SOURCES, T } from '../../src/shared/fields.js';
import { FrameWriter } from '../../src/shared/frame-store.js';
import { TELEMETRY_STORE } from '../../src/shared/layout.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { ReasonsWriter } from '../../src/shared/reasons.js';
import { ProcFiles } from '../proc/proc-files.js';
import { CPU_FIELDS } from '../proc/stat.js';
import { BurstMinute } from '../rates/burst-minute.js';
import { BURST_MS } from '../rates/cpu-window.js';
import { Cadence } from './cadence.js';
import { createCollectors } from './collectors/list.js';
import { Collectors } from './collectors.js';
import { DiskFold } from './disk-fold.js';
import { Governor } from './governor.js';
import { HotPass } from './hot-pass.js';
import type { Ticking } from './lane.js';
import { Recording } from './recording.js';
import { Staleness } from './stale.js';
import { ThreadCpu } from './thread-cpu.js';

const DISK_FOLD_PERIOD_MS = 100;
const SECOND_MS = 1_000;
/** The aggregate line of /proc/stat is at most 224 bytes. */
const FIRST_LINE_BYTES = 1_024;

/**
 * If the configured interval is longer than this, up to 100 ms, the CPU is also read halfway between samples. The 100 ms windows then end
 * close enough together for a burst of 150 ms to fill one of them, wherever it begins (unless the budget stretches the interval).
 */
const BURST_READ_MS = 50;

/** Values that continue from frame to frame. */
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

export type ProcSamplerOptions = Omit<ProcLaneTask, 'lane'> & { readonly clock: Clock };

/**
 * The work of a proc lane's tick: runs the hot pass and the collectors that are due, and publishes the frame. Holds all buffers and
 * descriptors. Thread: the lane's. Allocates in a tick: nothing that lasts. If a file cannot be read or parsed, its values become unknown,
 * its source stale, and the error is counted; `tick` does not throw, and other sources are unaffected.
 */
export class ProcSampler implements Ticking {
  // Plain fields, as in HotPass.
  private readonly clock: Clock;
  private readonly control: Control;
  private readonly generation: number;
  private readonly hotPass: HotPass;
  private readonly collectors: Collectors;
  private readonly recording: Recording;
  private readonly stale: Staleness;
  private readonly reasons: ReasonsWriter;
  private readonly disk: DiskFold;
  private readonly governor: Governor;
  private readonly threadCpu = new ThreadCpu();
  private readonly burstMinute = new BurstMinute();
  private readonly secondCadence = new Cadence(SECOND_MS);
  private readonly diskCadence = new Cadence(DISK_FOLD_PERIOD_MS);
  private readonly writer: FrameWriter;
  /** The values of the next frame. They are kept between ticks, since not all are read at each. */
  private readonly numbers: Float64Array;

  /** Number of CPU readings per sample. */
  private readonly readsPerTick: 1 | 2;
  /** Whether the next tick only reads the CPU, and the skipped ticks not yet counted in `missed_ticks`. */
  private isBetween = false;
  private skippedReads = 0;
  /** Time of the last sample; before the first, the start. */
  private lastMs: number;
  /** The disk lane's CPU time as last passed to the governor. */
  private diskCpuNs = 0;

  constructor(options: ProcSamplerOptions) {
    const { clock, shared, intervalMs } = options;
    this.clock = clock;
    this.control = new Control(shared);
    this.generation = options.generation;
    const nowMs = clock.monoMs();
    this.lastMs = nowMs;
    this.readsPerTick = intervalMs > BURST_READ_MS && intervalMs <= BURST_MS ? 2 : 1;
    this.recording = new Recording(shared);
    this.writer = new FrameWriter(shared, TELEMETRY_STORE);
    this.reasons = new ReasonsWriter(shared);
    this.disk = new DiskFold(options);
    const before = this.writer.latest()?.numbers ?? null;
    this.numbers = firstNumbers(before);
    const files = new ProcFiles(options.procfs);
    this.hotPass = new HotPass(
      files.file('stat', FIRST_LINE_BYTES),
      this.numbers,
      options.cpuWindowMs,
      intervalMs / this.readsPerTick,
    );
    const freshStart = T[`${SOURCES[0]}_fresh_ms`];
    this.stale = new Staleness(nowMs, this.numbers.subarray(freshStart, freshStart + SOURCES.length));
    this.collectors = new Collectors({
      collectors: createCollectors(files),
      numbers: this.numbers,
      stale: this.stale,
      clock,
    });
    this.governor = new Governor(intervalMs, options.cpuBudgetPct, before?.[T.interval_ms]);
  }

  /**
   * Takes one sample and publishes it. `deadlineMs` is when it was due, `skipped` the number of ticks skipped just before it, `nowMs` the
   * current time. Returns the time from `deadlineMs` to the next deadline, in ms.
   */
  tick(deadlineMs: number, skipped: number, nowMs = this.clock.monoMs()): number {
    const { numbers, control, generation } = this;
    const hasCpu = this.hotPass.sample(nowMs, this.governor.intervalMs / this.readsPerTick);
    if (hasCpu) this.stale.fresh(S.cpu, nowMs);
    else this.missCpu();
    this.recording.saw(numbers[T.cpu_100ms_pct]!);
    this.skippedReads += skipped;
    const { isBetween } = this;
    this.isBetween = !isBetween && this.readsPerTick === 2;
    if (isBetween) return this.governor.intervalMs / this.readsPerTick;

    if (deadlineMs >= this.collectors.nextMs) this.collectors.run(deadlineMs, nowMs);
    if (this.secondCadence.due(deadlineMs)) this.everySecond(nowMs);

    // Touch no file from here to the end of the section: a lane that hangs in it cannot be replaced.
    if (!control.enter('proc', generation, ACTIVITY.writing))
      return this.governor.intervalMs / this.readsPerTick;
    if (this.diskCadence.due(deadlineMs)) this.disk.fold(numbers, this.stale, nowMs);
    numbers[T.sampled_wall_ms] = this.clock.wallMs();
    numbers[T.gap_ms] = nowMs - this.lastMs;
    this.lastMs = nowMs;
    numbers[T.sampled_mono_ms] = nowMs;
    numbers[T.valid] = hasCpu || this.hasOther() ? 1 : 0;
    numbers[T.ticks]!++;
    const missed = Math.floor(this.skippedReads / this.readsPerTick);
    this.skippedReads -= missed * this.readsPerTick;
    numbers[T.missed_ticks]! += missed;
    numbers[T.stale_mask] = this.stale.mask;
    numbers[T.interval_ms] = this.governor.statedMs;
    this.recording.record(numbers, deadlineMs);
    if (this.stale.hasChanged) this.publishReasons();
    const slot = this.writer.begin();
    const out = slot.numbers;
    for (let i = 0; i < out.length; i++) out[i] = numbers[i]!;
    this.writer.publish(slot, 0);
    control.enter('proc', generation, ACTIVITY.resting);
    return this.governor.intervalMs / this.readsPerTick;
  }

  /** Excludes the CPU time used so far from the budget: it was not spent on sampling. */
  restartBudget(): void {
    this.governor.restart();
  }

  /** Closes all descriptors. */
  close(): void {
    this.hotPass.close();
    this.collectors.close();
    this.threadCpu.close();
  }

  private publishReasons(): void {
    this.stale.hasChanged = false;
    this.reasons.publish(this.stale.reasons);
  }

  private missCpu(): void {
    this.stale.failed(S.cpu, this.hotPass.reason);
    this.numbers[T.read_errors]!++;
  }

  private hasOther(): boolean {
    const { numbers } = this;
    return !(
      Number.isNaN(numbers[T.mem_pct]!) &&
      Number.isNaN(numbers[T.load_1]!) &&
      Number.isNaN(numbers[T.uptime_seconds]!)
    );
  }

  private everySecond(nowMs: number): void {
    const { numbers } = this;
    this.burstMinute.fill(numbers, nowMs);
    const cpuNs = this.threadCpu.read(nowMs);
    numbers[T.lane_cpu_ns] = cpuNs;
    numbers[T.lane_cpu_mono_ms] = nowMs;
    // CPU time from before the disk lane's first frame, or of the lane before it, is not usage of this second.
    const diskCpuNs = this.disk.laneCpuNs;
    if (diskCpuNs < this.diskCpuNs || (this.diskCpuNs === 0 && diskCpuNs > 0)) this.governor.restart();
    this.diskCpuNs = diskCpuNs;
    this.governor.push(cpuNs + diskCpuNs, nowMs);
  }
}

/** Counters continue where the previous lane left off; other values are unknown until they are read. */
function firstNumbers(before: Float64Array | null): Float64Array {
  const numbers = new Float64Array(FRAME_NUMBERS).fill(Number.NaN);
  for (const index of COUNTERS) numbers[index] = before?.[index] ?? 0;
  numbers.fill(0, BURST_FIRST);
  if (before === null) return numbers;
  numbers.set(before.subarray(BURST_FIRST), BURST_FIRST);
  numbers[T.pressure_supported] = before[T.pressure_supported]!;
  for (let i = 0; i < CPU_FIELDS.length; i++) numbers[T.cpu_user + i] = before[T.cpu_user + i]!;
  return numbers;
}
