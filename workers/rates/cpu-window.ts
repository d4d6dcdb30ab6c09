import { CPU_FIELDS } from '../proc/stat.js';

const [USER, NICE, SYSTEM, IDLE, IOWAIT, STEAL] = (
  ['user', 'nice', 'system', 'idle', 'iowait', 'steal'] as const
).map((field) => CPU_FIELDS.indexOf(field)) as [number, number, number, number, number, number];

/** What is summed up of each reading, over all sound steps, USER_HZ ticks. */
const SUMS = { busy: 0, total: 1, user: 2, system: 3, iowait: 4, steal: 5 } as const;
const SUM_COUNT = Object.keys(SUMS).length;

/** A burst is what happens within this time. /proc/stat advances in steps of 10 ms: a share of less would be noise. */
export const BURST_MS = 100;
/** Readings are no finer than they are: the base of a burst may be younger than it should be by this part of their distance. */
const BURST_TOLERANCE = 0.65;

/**
 * Turns readings of the CPU counters into shares of the trailing window, into the busy share of the trailing 100 ms, and into sums over all
 * sound steps.
 *
 * A reading in which any counter is lower than before (iowait, a CPU that came back, resume, migration) is not data:
 * the window starts anew from there, and the step is counted as an anomaly and is in no sum.
 * Thread: proc lane. Allocates: nothing after it was made. The clock is handed in.
 */
export class CpuWindow {
  /** 100 · busy / total over the trailing window; NaN until the window is as long as it should be. And parts of the total. */
  pct = Number.NaN;
  userPct = Number.NaN;
  systemPct = Number.NaN;
  iowaitPct = Number.NaN;
  stealPct = Number.NaN;
  /** The busy share of the time since the newest reading that is about 100 ms old, and how long ago that was, ms. NaN: there is none. */
  burstPct = Number.NaN;
  burstSpanMs = Number.NaN;
  anomalies = 0;

  readonly #windowMs: number;
  /** A base that is younger than the window by half a tick's distance (half a window, where that is less) still counts. */
  readonly #toleranceMs: number;
  readonly #burstToleranceMs: number;
  readonly #last = new Float64Array(CPU_FIELDS.length);
  #hasLast = false;
  readonly #sums = new Float64Array(SUM_COUNT);

  // A ring of readings since the window began, numbered from 0 on: #first is the oldest, and the one before #next the newest.
  readonly #capacity: number;
  readonly #at: Float64Array;
  readonly #sumsAt: Float64Array;
  #first = 0;
  #next = 0;
  #burstBase = 0;

  /** `readMs`: the time between readings. */
  constructor(windowMs: number, readMs: number) {
    this.#windowMs = windowMs;
    this.#toleranceMs = Math.min(readMs, windowMs) / 2;
    this.#burstToleranceMs = Math.min(readMs, BURST_MS) * BURST_TOLERANCE;
    // The readings of one window, the base, and two more: a late tick and the one that follows at once may both lie in it.
    this.#capacity = Math.ceil(windowMs / readMs) + 4;
    this.#at = new Float64Array(this.#capacity);
    this.#sumsAt = new Float64Array(this.#capacity * SUM_COUNT);
  }

  /** Ticks that were not idle, and all ticks, in all sound steps since the sums began. */
  get busyTicks(): number {
    return this.#sums[SUMS.busy]!;
  }

  get totalTicks(): number {
    return this.#sums[SUMS.total]!;
  }

  /** Takes up the sums and the last counters of a lane that died, so that the step over the gap is counted too. */
  resume(counters: Float64Array, busyTicks: number, totalTicks: number, anomalies: number): void {
    this.#last.set(counters);
    this.#hasLast = true;
    this.#sums[SUMS.busy] = busyTicks;
    this.#sums[SUMS.total] = totalTicks;
    this.anomalies = anomalies;
  }

  /** Takes one reading (CPU_FIELDS order, NaN where the kernel has no such column), and brings all values up to date. */
  push(counters: Float64Array, atMs: number): void {
    if (this.#hasLast) this.#step(counters);
    this.#last.set(counters);
    this.#hasLast = true;
    this.#append(atMs);
    this.#share(atMs);
    this.#burst(atMs);
  }

  /** The counters could not be read: the shares are unknown, and the step to the next reading still counts in the sums. */
  miss(): void {
    this.#forgetShares();
    this.burstPct = this.burstSpanMs = Number.NaN;
  }

  #step(counters: Float64Array): void {
    const last = this.#last;
    let busy = 0;
    let total = 0;
    for (let i = 0; i < last.length; i++) {
      const step = counters[i]! - last[i]!;
      // NaN: the column is missing; it is in no sum.
      if (!(step >= 0)) {
        if (!(step < 0)) continue;
        this.anomalies++;
        this.#first = this.#next;
        return;
      }
      total += step;
      if (i !== IDLE && i !== IOWAIT) busy += step;
    }
    const sums = this.#sums;
    sums[SUMS.busy]! += busy;
    sums[SUMS.total]! += total;
    sums[SUMS.user]! += counters[USER]! - last[USER]! + (counters[NICE]! - last[NICE]!);
    sums[SUMS.system]! += counters[SYSTEM]! - last[SYSTEM]!;
    // Kernels without these columns leave their sums NaN, and the shares with them.
    sums[SUMS.iowait]! += counters[IOWAIT]! - last[IOWAIT]!;
    sums[SUMS.steal]! += counters[STEAL]! - last[STEAL]!;
  }

  #append(atMs: number): void {
    if (this.#next - this.#first === this.#capacity) this.#first++;
    const index = this.#next % this.#capacity;
    this.#at[index] = atMs;
    this.#sumsAt.set(this.#sums, index * SUM_COUNT);
    this.#next++;
  }

  /** The newest reading from `from` on that was taken at `limitMs` or before; `from` itself if there is none. */
  #newestBefore(from: number, limitMs: number): number {
    let base = from;
    while (base + 1 < this.#next && this.#at[(base + 1) % this.#capacity]! <= limitMs) base++;
    return base;
  }

  #share(atMs: number): void {
    const newestBaseMs = atMs - this.#windowMs + this.#toleranceMs;
    // The base is the newest reading that is a window old; what is older is dropped.
    this.#first = this.#newestBefore(this.#first, newestBaseMs);
    const base = this.#first % this.#capacity;
    const total = this.#since(base, SUMS.total);
    if (this.#at[base]! > newestBaseMs || !(total > 0)) {
      this.#forgetShares();
      return;
    }
    this.pct = (100 * this.#since(base, SUMS.busy)) / total;
    this.userPct = (100 * this.#since(base, SUMS.user)) / total;
    this.systemPct = (100 * this.#since(base, SUMS.system)) / total;
    this.iowaitPct = (100 * this.#since(base, SUMS.iowait)) / total;
    this.stealPct = (100 * this.#since(base, SUMS.steal)) / total;
  }

  #burst(atMs: number): void {
    const newestBaseMs = atMs - BURST_MS + this.#burstToleranceMs;
    this.#burstBase = this.#newestBefore(Math.max(this.#first, this.#burstBase), newestBaseMs);
    const base = this.#burstBase % this.#capacity;
    const total = this.#since(base, SUMS.total);
    const isKnown = this.#at[base]! <= newestBaseMs && total > 0;
    this.burstPct = isKnown ? (100 * this.#since(base, SUMS.busy)) / total : Number.NaN;
    this.burstSpanMs = isKnown ? atMs - this.#at[base]! : Number.NaN;
  }

  /** By how much a sum has grown since the reading at `index` of the ring. */
  #since(index: number, sum: number): number {
    return this.#sums[sum]! - this.#sumsAt[index * SUM_COUNT + sum]!;
  }

  #forgetShares(): void {
    this.pct = this.userPct = this.systemPct = this.iowaitPct = this.stealPct = Number.NaN;
  }
}
