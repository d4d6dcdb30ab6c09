/** A part is started again after so many deaths in a row, and not after one more. */
const MAX_DEATHS = 10;
/** A part that lived this long was well, and the count begins anew. */
const HEALTHY_MS = 60_000;
const FIRST_DELAY_MS = 100;
const MAX_DELAY_MS = 5_000;

/** Decides when something that died is started again. The clock is handed in. */
export class Restarts {
  /** Deaths since the daemon started. */
  total = 0;
  #inARow = 0;
  #startedMs = Number.NEGATIVE_INFINITY;
  readonly #monoMs: () => number;

  constructor(monoMs: () => number) {
    this.#monoMs = monoMs;
  }

  /** It runs, from now. */
  started(): void {
    this.#startedMs = this.#monoMs();
  }

  /** It died. Returns how long to wait before it is started again; null: it died too often. */
  died(): number | null {
    if (this.#monoMs() - this.#startedMs >= HEALTHY_MS) this.#inARow = 0;
    this.total++;
    this.#inARow++;
    if (this.#inARow > MAX_DEATHS) return null;
    return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (this.#inARow - 1));
  }
}
