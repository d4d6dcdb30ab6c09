/** A part is restarted after up to this many deaths in a row, and then no more. */
const MAX_DEATHS = 10;
/** A part that ran this long was healthy, which resets the count. */
const HEALTHY_MS = 60_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Decides when a part that died is restarted, with exponential backoff. */
export class Restarts {
  /** Deaths since the daemon started. */
  total = 0;
  #inARow = 0;
  #startedMs = Number.NEGATIVE_INFINITY;
  readonly #monoMs: () => number;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  /** The part has started. */
  started(): void {
    this.#startedMs = this.#monoMs();
  }

  /** The part has died. Returns the delay before its restart in ms; null: it died too often. */
  died(): number | null {
    if (this.#monoMs() - this.#startedMs >= HEALTHY_MS) this.#inARow = 0;
    this.total++;
    this.#inARow++;
    if (this.#inARow > MAX_DEATHS) return null;
    return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#inARow - 1));
  }
}
