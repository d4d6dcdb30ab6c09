/** The largest budget in ms: it bounds how long other answers are delayed. */
const MOST_MS = 500;

/**
 * Limits how long expensive work may occupy the main thread, regardless of the number of requests and clients. The budget is half a second.
 * It refills while no such work runs, so the work takes at most half of the time in the long run. Thread: main.
 */
export class TimeBudget {
  readonly #monoMs: () => number;
  #leftMs = MOST_MS;
  #endMs: number;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
    this.#endMs = monoMs();
  }

  /** Runs `work` and charges its duration to the budget. Returns null, without running it, if the budget is used up. */
  spend<Result>(work: () => Result): Result | null {
    const beginMs = this.#monoMs();
    this.#leftMs = Math.min(MOST_MS, this.#leftMs + beginMs - this.#endMs);
    this.#endMs = beginMs;
    if (this.#leftMs <= 0) return null;
    try {
      return work();
    } finally {
      this.#endMs = this.#monoMs();
      // Bounded: if the process was suspended meanwhile, the work did not take that long.
      this.#leftMs = Math.max(-MOST_MS, this.#leftMs - (this.#endMs - beginMs));
    }
  }
}
