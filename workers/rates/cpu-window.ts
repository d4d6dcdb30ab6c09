import { CPU_FIELDS } from '../proc/stat.js';

const IDLE = CPU_FIELDS.indexOf('idle');
const IOWAIT = CPU_FIELDS.indexOf('iowait');
const STEAL = CPU_FIELDS.indexOf('steal');

/** What is summed up of each reading, over all sound steps, USER_HZ ticks. */
export const SUMS = { busy: 0, total: 1, user: 2, system: 3, iowait: 4, steal: 5 } as const;
const SUM_COUNT = Object.keys(SUMS).length;
const PART_OF: Partial<Record<(typeof CPU_FIELDS)[number], number>> = {
  user: SUMS.user,
  nice: SUMS.user,
  system: SUMS.system,
  iowait: SUMS.iowait,
  steal: SUMS.steal,
};
/** Which part each column is summed up in, beside the total, in CPU_FIELDS order; -1: none. */
const PARTS = CPU_FIELDS.map((field) => PART_OF[field] ?? -1);

/** A burst is what happens within this time. /proc/stat advances in steps of 10 ms: a share of less would be noise. */
export const BURST_MS = 100;
/** Readings are no finer than they are: the base of a burst may be younger than it should be by this part of their distance. */
const BURST_TOLERANCE = 0.65;
/** A share of so many times 100 ms, or the time between readings, tells nothing of bursts: most of that time nobody looked. */
const MAX_SPANS = 2;

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
  /** The busy share of the time since the newest reading that is about 100 ms old. NaN: there is none. */
  burstPct = Number.NaN;
  anomalies = 0;

  readonly #windowMs: number;
  readonly #readMs: number;
  /** A base that is younger than the window by half a tick's distance (half a window, where that is less) still counts. */
  readonly #toleranceMs: number;
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

  /** `readMs`: the time between readings, as long as nothing stretches it. */
  constructor(windowMs: number, readMs: number) {
    this.#windowMs = windowMs;
    this.#readMs = readMs;
    this.#toleranceMs = Math.min(readMs, windowMs) / 2;
    // The readings of one window, the base, and two more: a late tick and the one that follows at once may both lie in it.
    this.#capacity = Math.ceil(windowMs / readMs) + 4;
    this.#at = new Float64Array(this.#capacity);
    this.#sumsAt = new Float64Array(this.#capacity * SUM_COUNT);
  }

  /** The sums over all sound steps since they began, in SUMS order. */
  get sums(): Readonly<Float64Array> {
    return this.#sums;
  }

  /** Takes up the sums (SUMS order) and the last counters of a lane that died, so that the step over the gap is counted too. */
  resume(counters: Float64Array, sums: Float64Array, anomalies: number): void {
    this.#last.set(counters);
    this.#hasLast = true;
    this.#sums.set(sums);
    this.anomalies = anomalies;
  }

  /**
   * Takes one reading (CPU_FIELDS order, NaN where the kernel has no such column), and brings all values up to date. `readMs`: the time
   * between readings that is in force.
   */
  push(counters: Float64Array, atMs: number, readMs = this.#readMs): void {
    if (this.#hasLast) this.#step(counters);
    this.#last.set(counters);
    this.#hasLast = true;
    this.#append(atMs);
    this.#share(atMs);
    this.#burst(atMs, readMs);
  }

  /** The counters could not be read: the shares are unknown, and the step to the next reading still counts in the sums. */
  miss(): void {
    this.#forgetShares();
    this.burstPct = Number.NaN;
  }

  #step(counters: Float64Array): void {
    const last = this.#last;
    const sums = this.#sums;
    for (let i = 0; i < last.length; i++) {
      if (!(counters[i]! < last[i]!)) continue;
      this.anomalies++;
      this.#first = this.#next;
      return;
    }
    for (let i = 0; i < last.length; i++) {
      const step = counters[i]! - last[i]!;
      // The column is missing at one of the ends: it is in no sum.
      if (Number.isNaN(step)) continue;
      sums[SUMS.total]! += step;
      if (i !== IDLE && i !== IOWAIT) sums[SUMS.busy]! += step;
      if (PARTS[i]! >= 0) sums[PARTS[i]!]! += step;
    }
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
    // A kernel without the column tells nothing of it.
    this.iowaitPct = this.#last[IOWAIT]! >= 0 ? (100 * this.#since(base, SUMS.iowait)) / total : Number.NaN;
    this.stealPct = this.#last[STEAL]! >= 0 ? (100 * this.#since(base, SUMS.steal)) / total : Number.NaN;
  }

  #burst(atMs: number, readMs: number): void {
    const newestBaseMs = atMs - BURST_MS + Math.min(readMs, BURST_MS) * BURST_TOLERANCE;
    this.#burstBase = this.#newestBefore(Math.max(this.#first, this.#burstBase), newestBaseMs);
    const base = this.#burstBase % this.#capacity;
    const total = this.#since(base, SUMS.total);
    const spanMs = atMs - this.#at[base]!;
    const isBurst = this.#at[base]! <= newestBaseMs && spanMs <= MAX_SPANS * Math.max(BURST_MS, readMs);
    this.burstPct = isBurst && total > 0 ? (100 * this.#since(base, SUMS.busy)) / total : Number.NaN;
  }

  /** By how much a sum has grown since the reading at `index` of the ring. */
  #since(index: number, sum: number): number {
    return this.#sums[sum]! - this.#sumsAt[index * SUM_COUNT + sum]!;
  }

  #forgetShares(): void {
    this.pct = this.userPct = this.systemPct = this.iowaitPct = this.stealPct = Number.NaN;
  }
}
