import { T } from '../../src/shared/fields.js';
import type { KernelFiles } from '../proc/kernel-files.js';
import { CPU_FIELDS, parseStat } from '../proc/stat.js';
import { CORE_COLUMNS, CUT_OFF, NO_ROOM, parseStatCores } from '../proc/stat-cores.js';
import { BurstHistogram } from '../rates/burst-histogram.js';
import { BurstMinute } from '../rates/burst-minute.js';
import { CoreShares } from '../rates/core-shares.js';
import { CpuWindow, SUMS } from '../rates/cpu-window.js';

/** The aggregate line of /proc/stat is at most 224 bytes. */
const FIRST_LINE_BYTES = 1_024;
const FIRST_CORES = 64;
/** No kernel has more cores than have room in here. */
const MAX_BYTES = 2_097_152;

/** Where the sums of the window go in a frame, in SUMS order. */
const SUM_INDEXES = Float64Array.from(
  Object.keys(SUMS) as (keyof typeof SUMS)[],
  (name) => T[`cpu_${name}_ticks`],
);

/** Reads what there is to know of the CPU. Thread: proc lane. Allocates in a sample: nothing that lasts. */
export class CpuSampler {
  readonly #files: KernelFiles;
  readonly #numbers: Float64Array;
  readonly #counters = new Float64Array(CPU_FIELDS.length);
  readonly #window: CpuWindow;
  readonly #histogram: BurstHistogram;
  readonly #minute = new BurstMinute();
  readonly #shares = new CoreShares();
  #cores = new Float64Array(FIRST_CORES * CORE_COLUMNS);

  /**
   * Fills in `numbers`, those of the next telemetry frame, whose sums and histogram it goes on with; `before` are those of the frame that a
   * lane before this one left. `readMs`: the time between samples, as long as nothing stretches it.
   */
  constructor(
    files: KernelFiles,
    numbers: Float64Array,
    before: Float64Array | null,
    cpuWindowMs: number,
    readMs: number,
  ) {
    this.#files = files;
    this.#numbers = numbers;
    this.#window = new CpuWindow(cpuWindowMs, readMs);
    this.#histogram = new BurstHistogram(numbers);
    if (before === null || Number.isNaN(before[T.cpu_user]!)) return;
    for (let i = 0; i < CPU_FIELDS.length; i++) this.#counters[i] = before[T.cpu_user + i]!;
    this.#window.resume(
      this.#counters,
      SUM_INDEXES.map((index) => numbers[index]!),
      numbers[T.cpu_anomalies]!,
    );
  }

  /**
   * Takes a sample and returns whether there was one. `readMs`: the time between samples that is in force. `isSecond`: a second has passed,
   * and the single cores and the trailing minute are due.
   */
  sample(nowMs: number, readMs: number, isSecond: boolean): boolean {
    const numbers = this.#numbers;
    const window = this.#window;
    const { stat } = this.#files;
    const length = stat.read(nowMs, isSecond ? stat.bytes.length : FIRST_LINE_BYTES);
    const ok = length >= 0 && this.#parse(length);
    if (ok) {
      window.push(this.#counters, nowMs, readMs);
      for (let i = 0; i < CPU_FIELDS.length; i++) numbers[T.cpu_user + i] = this.#counters[i]!;
      for (let i = 0; i < SUM_INDEXES.length; i++) numbers[SUM_INDEXES[i]!] = window.sums[i]!;
      numbers[T.cpu_anomalies] = window.anomalies;
    } else {
      window.miss();
    }
    numbers[T.cpu_pct] = window.pct;
    numbers[T.cpu_user_pct] = window.userPct;
    numbers[T.cpu_system_pct] = window.systemPct;
    numbers[T.cpu_iowait_pct] = window.iowaitPct;
    numbers[T.cpu_steal_pct] = window.stealPct;
    numbers[T.cpu_100ms_pct] = window.burstPct;
    this.#histogram.observe(window.burstPct, nowMs);
    if (isSecond) {
      this.#sampleCores(ok ? length : 0, nowMs);
      this.#sampleMinute(nowMs);
    }
    return ok;
  }

  #parse(length: number): boolean {
    try {
      parseStat(this.#files.stat.bytes, length, this.#counters);
      return true;
    } catch {
      return false;
    }
  }

  /** `length`: how much of the file was read, 0 if it could not be. */
  #sampleCores(length: number, nowMs: number): void {
    const numbers = this.#numbers;
    const count = this.#parseCores(length, nowMs);
    if (count > 0) this.#shares.push(this.#cores, count);
    else this.#shares.miss();
    numbers[T.cores] = count > 0 ? count : Number.NaN;
    numbers[T.hottest_core] = this.#shares.hottestCore;
    numbers[T.hottest_core_pct] = this.#shares.hottestPct;
    numbers[T.interrupted_core] = this.#shares.interruptedCore;
    numbers[T.interrupted_core_pct] = this.#shares.interruptedPct;
  }

  /** How many cores there are; NaN or less: unknown. Makes room when there are more than ever. */
  #parseCores(length: number, nowMs: number): number {
    const { stat } = this.#files;
    try {
      for (let read = length; read > 0; ) {
        const count = parseStatCores(stat.bytes, read, this.#cores);
        if (count === NO_ROOM) this.#cores = new Float64Array(2 * this.#cores.length);
        else if (count !== CUT_OFF || read < stat.bytes.length || read >= MAX_BYTES) return count;
        else {
          stat.grow();
          read = stat.read(nowMs);
        }
      }
    } catch {
      // None is known.
    }
    return Number.NaN;
  }

  #sampleMinute(nowMs: number): void {
    const numbers = this.#numbers;
    this.#minute.step(numbers, nowMs);
    const { seenMs, maxPct, p95Pct, meanPct, above90Ms } = this.#minute.statistics;
    numbers[T.burst_seconds] = seenMs / 1_000;
    numbers[T.burst_max_pct] = maxPct;
    numbers[T.burst_p95_pct] = p95Pct;
    numbers[T.burst_mean_pct] = meanPct;
    numbers[T.burst_above_90_ms] = above90Ms;
  }
}
