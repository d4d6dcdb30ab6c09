import { BURST_BUCKETS, BURST_FIRST } from '../../src/shared/fields.js';

/**
 * The cumulative histogram of busy shares in a telemetry frame's numbers: for how long each share was seen. Thread: proc lane. Allocates:
 * nothing.
 */
export class BurstHistogram {
  readonly #numbers: Float64Array;
  /** When the newest share was taken; NaN: none was yet. */
  #lastMs = Number.NaN;

  /** Goes on with the counters that `numbers` has. */
  constructor(numbers: Float64Array) {
    this.#numbers = numbers;
  }

  /** Counts the time since the share before for `pct`, the busy share of the last 100 ms (NaN: unknown), taken at `atMs`. */
  observe(pct: number, atMs: number): void {
    const passedMs = atMs - this.#lastMs;
    this.#lastMs = atMs;
    if (!(pct >= 0 && passedMs > 0)) return;
    const numbers = this.#numbers;
    numbers[BURST_FIRST + Math.ceil(pct)]! += passedMs;
    numbers[BURST_FIRST + BURST_BUCKETS]! += (pct / 100) * passedMs;
  }
}
