import { burstsBetween, copyBurstCounters, createBurstStatistics } from '../../src/shared/burst.js';
import { BURST_COUNTERS, T } from '../../src/shared/fields.js';

const MINUTE_MS = 60_000;
/** Steps are one second apart, give or take a tick. */
const TOLERANCE_MS = 500;
const STEPS = 62;

/** Burst statistics of the trailing minute, updated once a second. Thread: proc lane. Allocates: 50 kB at construction. */
export class BurstMinute {
  /** Covers the trailing minute, or less if there has been less. */
  readonly statistics = createBurstStatistics();
  // A ring of past counters, the oldest at #oldest.
  readonly #at = new Float64Array(STEPS);
  readonly #counters = Array.from({ length: STEPS }, () => new Float64Array(BURST_COUNTERS));
  #oldest = 0;
  #count = 0;

  /** Updates the statistics from `numbers`, a telemetry frame's as of `atMs`. Call it once a second. */
  step(numbers: Float64Array, atMs: number): void {
    if (this.#count === STEPS) this.#drop();
    while (this.#count > 1 && this.#at[(this.#oldest + 1) % STEPS]! <= atMs - MINUTE_MS + TOLERANCE_MS)
      this.#drop();
    if (this.#count > 0) burstsBetween(this.#counters[this.#oldest]!, numbers, this.statistics);
    const newest = (this.#oldest + this.#count++) % STEPS;
    this.#at[newest] = atMs;
    copyBurstCounters(numbers, this.#counters[newest]!);
  }

  /** Calls `step` and writes the statistics into `numbers`. */
  fill(numbers: Float64Array, atMs: number): void {
    this.step(numbers, atMs);
    const { seenMs, maxPct, p95Pct, meanPct, above90Ms } = this.statistics;
    numbers[T.burst_seconds] = seenMs / 1_000;
    numbers[T.burst_max_pct] = maxPct;
    numbers[T.burst_p95_pct] = p95Pct;
    numbers[T.burst_mean_pct] = meanPct;
    numbers[T.burst_above_90_ms] = above90Ms;
  }

  #drop(): void {
    this.#oldest = (this.#oldest + 1) % STEPS;
    this.#count--;
  }
}
