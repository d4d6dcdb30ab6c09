/** So long its work may take in one go, ms: nobody waits for an answer much longer than that because of it. */
const MOST_MS = 500;

/**
 * How long something that takes its time may keep the main thread busy, whoever asks for it and however often: for half a second in one go,
 * which comes back while it does nothing, and so half of the time in the long run. Thread: main.
 */
export class TimeBudget {
  readonly #monoMs: () => number;
  #leftMs = MOST_MS;
  #endMs: number;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
    this.#endMs = monoMs();
  }

  /** Does `work`, which takes of the budget what it takes; null: nothing is left of it. */
  spend<Result>(work: () => Result): Result | null {
    const beginMs = this.#monoMs();
    this.#leftMs = Math.min(MOST_MS, this.#leftMs + beginMs - this.#endMs);
    this.#endMs = beginMs;
    if (this.#leftMs <= 0) return null;
    try {
      return work();
    } finally {
      this.#endMs = this.#monoMs();
      // A process that was stopped meanwhile has not worked for that long.
      this.#leftMs = Math.max(-MOST_MS, this.#leftMs - (this.#endMs - beginMs));
    }
  }
}
