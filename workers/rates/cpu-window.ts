import { CPU_FIELDS } from '../proc/stat.js';

const IDLE = CPU_FIELDS.indexOf('idle');
const IOWAIT = CPU_FIELDS.indexOf('iowait');

/**
 * Turns readings of the CPU counters into the busy share of the trailing window, and into sums over all sound steps.
 *
 * A reading in which any counter is lower than before (iowait, a CPU that came back, resume, migration) is not data:
 * the window starts anew from there, and the step is counted as an anomaly and is in no sum.
 * Thread: proc lane. Allocates: nothing after it was made. The clock is handed in.
 */
export class CpuWindow {
  /** 100 · busy / total over the trailing window; NaN until the window is as long as it should be. */
  pct = Number.NaN;
  /** Ticks that were not idle, and all ticks, in all sound steps since the sums began. */
  busyTicks = 0;
  totalTicks = 0;
  anomalies = 0;

  readonly #windowMs: number;
  /** A base that is younger than the window by half a tick's distance (half a window, where that is less) still counts. */
  readonly #toleranceMs: number;
  readonly #last = new Float64Array(CPU_FIELDS.length);
  #hasLast = false;

  // A ring of readings since the window began, oldest at #oldest: time, busy and total sums.
  readonly #at: Float64Array;
  readonly #busy: Float64Array;
  readonly #total: Float64Array;
  #oldest = 0;
  #count = 0;

  constructor(windowMs: number, intervalMs: number) {
    this.#windowMs = windowMs;
    this.#toleranceMs = Math.min(intervalMs, windowMs) / 2;
    // The readings of one window, the base, and two more: a late tick and the one that follows at once may both lie in it.
    const capacity = Math.ceil(windowMs / intervalMs) + 4;
    this.#at = new Float64Array(capacity);
    this.#busy = new Float64Array(capacity);
    this.#total = new Float64Array(capacity);
  }

  /** Takes up the sums and the last counters of a lane that died, so that the step over the gap is counted too. */
  resume(counters: Float64Array, busyTicks: number, totalTicks: number, anomalies: number): void {
    this.#last.set(counters);
    this.#hasLast = true;
    this.busyTicks = busyTicks;
    this.totalTicks = totalTicks;
    this.anomalies = anomalies;
  }

  /** Takes one reading (CPU_FIELDS order, NaN where the kernel has no such column), and brings all values up to date. */
  push(counters: Float64Array, atMs: number): void {
    const last = this.#last;
    if (this.#hasLast) {
      let busy = 0;
      let total = 0;
      let fell = false;
      for (let i = 0; i < last.length; i++) {
        const step = counters[i]! - last[i]!;
        // NaN: the column is missing; it is in neither sum.
        if (!(step >= 0)) {
          if (step < 0) fell = true;
          continue;
        }
        total += step;
        if (i !== IDLE && i !== IOWAIT) busy += step;
      }
      if (fell) {
        this.anomalies++;
        this.#count = 0;
      } else {
        this.busyTicks += busy;
        this.totalTicks += total;
      }
    }
    last.set(counters);
    this.#hasLast = true;
    this.#append(atMs);
    this.pct = this.#share(atMs);
  }

  /** The counters could not be read: the share is unknown, and the step to the next reading still counts in the sums. */
  miss(): void {
    this.pct = Number.NaN;
  }

  #append(atMs: number): void {
    const capacity = this.#at.length;
    if (this.#count === capacity) {
      this.#oldest = (this.#oldest + 1) % capacity;
      this.#count--;
    }
    const index = (this.#oldest + this.#count) % capacity;
    this.#at[index] = atMs;
    this.#busy[index] = this.busyTicks;
    this.#total[index] = this.totalTicks;
    this.#count++;
  }

  #share(atMs: number): number {
    const capacity = this.#at.length;
    const newestBaseMs = atMs - this.#windowMs + this.#toleranceMs;
    // The base is the newest reading that is a window old; what is older is dropped.
    while (this.#count > 1 && this.#at[(this.#oldest + 1) % capacity]! <= newestBaseMs) {
      this.#oldest = (this.#oldest + 1) % capacity;
      this.#count--;
    }
    const base = this.#oldest;
    if (this.#at[base]! > newestBaseMs) return Number.NaN;
    const total = this.totalTicks - this.#total[base]!;
    return total > 0 ? (100 * (this.busyTicks - this.#busy[base]!)) / total : Number.NaN;
  }
}
