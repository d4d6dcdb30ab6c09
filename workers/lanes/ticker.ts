import type { Clock } from '../../src/shared/clock.js';

export interface Sleeper {
  /** Blocks for `ms`, which may be 0. Returns false when the lane should end. */
  sleep(ms: number): boolean;
}

/**
 * Ticks at absolute deadlines, one interval apart, without drift. A tick that is a whole interval late is skipped and counted, and not made
 * up. Thread: the lane's (it blocks). The clock and the sleeper are injected. Allocates: nothing.
 */
export class Ticker {
  /** Ticks skipped because an earlier one took too long. */
  missed = 0;
  /** When the current tick was due, CLOCK_MONOTONIC ms. */
  deadlineMs: number;
  /** Deadlines are multiples of the interval after this one, so that rounding errors do not add up. */
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

  /** The first tick, due at once. Returns false when the lane should end. */
  first(): boolean {
    return this.sleeper.sleep(0);
  }

  /** Blocks until the next tick, due `intervalMs` after the previous one. Returns false when the lane should end. */
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
    // Even a late tick calls `sleep`, with 0, to check whether to end.
    return this.sleeper.sleep(Math.max(0, this.deadlineMs - nowMs));
  }
}
