import type { Clock } from '../../src/shared/clock.js';

export interface Sleeper {
  /** Blocks for `ms`, which may be 0, and returns false when it is time to end. */
  sleep(ms: number): boolean;
}

/**
 * Ticks at absolute deadlines, each one interval after the last, without drift. A tick whose time is over is skipped and counted, and
 * never made up. Thread: the lane's (it blocks). The clock and the sleeper are handed in. Allocates: nothing.
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
  private readonly sleeper: Sleeper;

  constructor(clock: Clock, sleeper: Sleeper) {
    this.clock = clock;
    this.sleeper = sleeper;
    this.startMs = clock.monoMs();
    this.deadlineMs = this.startMs;
  }

  /** The first tick, which is due at once; false when it is time to end. */
  first(): boolean {
    return this.sleeper.sleep(0);
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
    return this.sleeper.sleep(Math.max(0, this.deadlineMs - nowMs));
  }
}
