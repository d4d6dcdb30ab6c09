import type { Clock } from '../../src/shared/clock.js';

/**
 * Ticks at absolute deadlines, each one interval after the last, without drift. A tick whose time is over is skipped and counted, and
 * never made up. Thread: the lane's (it blocks). The clock and the sleep are handed in. Allocates: nothing.
 */
export class Ticker {
  /** Ticks that were skipped because an earlier one came to an end too late. */
  missed = 0;
  /** When the tick that runs now was due, CLOCK_MONOTONIC ms. */
  deadlineMs: number;
  /** Deadlines are multiples of the interval behind this one, so that rounding errors don't add up. */
  private startMs: number;
  private index = 0;
  private intervalMs = Number.NaN;
  private readonly clock: Clock;
  private readonly sleep: (ms: number) => boolean;

  /** `sleep(ms)` blocks, and returns false when it is time to end. */
  constructor(clock: Clock, sleep: (ms: number) => boolean) {
    this.clock = clock;
    this.sleep = sleep;
    this.startMs = clock.monoMs();
    this.deadlineMs = this.startMs;
  }

  /** The first tick, which is due at once; false when it is time to end. */
  first(): boolean {
    return this.sleep(0);
  }

  /** Blocks until the tick that is due `intervalMs` after the one before; false when it is time to end. */
  next(intervalMs: number): boolean {
    if (intervalMs !== this.intervalMs) {
      this.intervalMs = intervalMs;
      this.startMs = this.deadlineMs;
      this.index = 0;
    }
    const nowMs = this.clock.monoMs();
    this.index++;
    const behindMs = nowMs - (this.startMs + this.index * intervalMs);
    if (behindMs >= intervalMs) {
      const skipped = Math.floor(behindMs / intervalMs);
      this.missed += skipped;
      this.index += skipped;
    }
    this.deadlineMs = this.startMs + this.index * intervalMs;
    // Even a tick that is late asks, with a time of 0, whether to end.
    return this.sleep(Math.max(0, this.deadlineMs - nowMs));
  }
}
