import type { Clock } from '../../src/shared/clock.js';

/**
 * Ticks at absolute deadlines, start + n · interval, without drift. A tick whose time is over is skipped and counted, and never
 * made up. Thread: the lane's (it blocks). The clock and the sleep are handed in. Allocates: nothing.
 */
export class Ticker {
  /** Ticks that were skipped because an earlier one came to an end too late. */
  missed = 0;
  /** When the tick that runs now was due, CLOCK_MONOTONIC ms. */
  deadlineMs: number;
  readonly #intervalMs: number;
  readonly #startMs: number;
  readonly #clock: Clock;
  readonly #sleep: (ms: number) => boolean;
  #index = -1;

  /** `sleep(ms)` blocks, and returns false when it is time to end. */
  constructor(intervalMs: number, clock: Clock, sleep: (ms: number) => boolean) {
    this.#intervalMs = intervalMs;
    this.#clock = clock;
    this.#sleep = sleep;
    this.#startMs = clock.monoMs();
    this.deadlineMs = this.#startMs;
  }

  /** Blocks until the next tick is due; false when it is time to end. The first is due at once. */
  next(): boolean {
    this.#index++;
    const behindMs = this.#clock.monoMs() - (this.#startMs + this.#index * this.#intervalMs);
    if (behindMs >= this.#intervalMs) {
      const skipped = Math.floor(behindMs / this.#intervalMs);
      this.missed += skipped;
      this.#index += skipped;
    }
    this.deadlineMs = this.#startMs + this.#index * this.#intervalMs;
    // Even a tick that is late asks, with a time of 0, whether to end.
    return this.#sleep(Math.max(0, this.deadlineMs - this.#clock.monoMs()));
  }
}
