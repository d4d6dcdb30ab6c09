import { type Minutes, RANGES } from './recording.js';

/** Peaks that were missed are asked for again, but not all the time. */
const PEAKS_EVERY_MS = 10_000;
/** So long after it was not to be had it is asked for again. */
const RETRY_AFTER_MS = 2_000;

/** Knows when the past is to be asked for, and how. Times are those of one steady clock, ms. */
export class PastWanted {
  #isWanted = true;
  #hasMissedPeaks = false;
  #isOff = false;
  /** Less is kept than the range that was asked for. */
  #isShort = false;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #notBeforeMs = Number.NEGATIVE_INFINITY;

  /** Something is missing in what was seen. */
  want(): void {
    this.#isWanted = true;
  }

  missedPeaks(): void {
    this.#hasMissedPeaks = true;
  }

  /** Another daemon may be there by now, which keeps more, or less. */
  forget(): void {
    this.#isWanted = true;
    this.#isOff = false;
    this.#isShort = false;
  }

  /** Where to ask for it now; null: it is not wanted. */
  path(minutes: Minutes, nowMs: number): string | null {
    const isDue = this.#isWanted || (this.#hasMissedPeaks && nowMs - this.#askedAtMs >= PEAKS_EVERY_MS);
    if (!isDue || this.#isOff || nowMs < this.#notBeforeMs) return null;
    this.#isWanted = false;
    this.#hasMissedPeaks = false;
    this.#askedAtMs = nowMs;
    const points = RANGES.find((range) => range.minutes === minutes)?.points ?? RANGES[0].points;
    return this.#isShort ? `/history?points=${points}` : `/history?seconds=${60 * minutes}&points=${points}`;
  }

  /** Returns whether the answer's body is the past; `status` is null where none came. */
  answered(status: number | null, nowMs: number): boolean {
    if (status === 404) this.#isOff = true;
    else if (status === 400 && !this.#isShort) {
      this.#isShort = true;
      this.#isWanted = true;
    } else if (status !== 200) {
      this.#isWanted = true;
      this.#notBeforeMs = nowMs + RETRY_AFTER_MS;
    }
    return status === 200;
  }
}
