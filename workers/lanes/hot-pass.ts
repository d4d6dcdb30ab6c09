import { type Reason, reasonOf } from '../../src/shared/errors.js';
import type { ProcFile } from '../proc/proc-file.js';
import { CPU_FIELDS, parseStat, scanStat } from '../proc/stat.js';
import { CpuWindow } from '../rates/cpu-window.js';

/** How often to format the reason of a lasting failure. */
const REASON_EVERY_MS = 1_000;

/**
 * The work of every tick: reads `/proc/stat` and turns the CPU counters into shares and the histogram of bursts. Thread: proc lane.
 * Allocates: nothing. At 20 Hz every wake-up finds cold caches, so this code is small and touches little memory. Its fields are plain,
 * since unoptimised code reads them faster than #private ones; the warm-up makes V8 optimise all of it.
 */
export class HotPass {
  /** Why the last sample failed. */
  reason: Reason | null = null;
  private readonly stat: ProcFile;
  private readonly counters = new Float64Array(CPU_FIELDS.length);
  private readonly window: CpuWindow;
  private reasonAtMs = Number.NEGATIVE_INFINITY;

  /**
   * Fills in `numbers`, those of the next telemetry frame, and continues from the previous lane's values in them. `readMs`: the time
   * between samples when nothing stretches it.
   */
  constructor(stat: ProcFile, numbers: Float64Array, cpuWindowMs: number, readMs: number) {
    this.stat = stat;
    this.window = new CpuWindow(numbers, cpuWindowMs, readMs);
  }

  /** Takes a sample and returns whether it succeeded. `readMs`: the current time between samples. */
  sample(nowMs: number, readMs: number): boolean {
    const { stat, counters } = this;
    const length = stat.read(nowMs);
    if (length >= 0 && scanStat(stat.bytes, length, counters)) {
      this.window.push(counters, nowMs, readMs);
      return true;
    }
    this.window.miss(nowMs);
    this.explain(length, nowMs);
    return false;
  }

  close(): void {
    this.stat.close();
  }

  /** Formats the reason of the failure, at most every REASON_EVERY_MS. Allocates: the text. */
  private explain(length: number, nowMs: number): void {
    if (nowMs < this.reasonAtMs) return;
    this.reasonAtMs = nowMs + REASON_EVERY_MS;
    if (length < 0) {
      this.reason = this.stat.problem;
      return;
    }
    try {
      parseStat(this.stat.bytes, length, this.counters);
    } catch (error) {
      this.reason = reasonOf(error);
    }
  }
}
