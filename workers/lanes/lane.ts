import type { Clock } from '../../src/shared/clock.js';
import type { Control, LaneName } from '../../src/shared/control.js';
import { Ticker } from './ticker.js';

/** What a lane does at each tick. */
export interface Ticking {
  /**
   * `deadlineMs` is when the tick was due, `skipped` how many were left out just before it, `nowMs` the time. Returns how long after
   * `deadlineMs` the next tick is due, in ms.
   */
  tick(deadlineMs: number, skipped: number, nowMs: number): number;
}

export interface LaneLoopOptions {
  readonly lane: LaneName;
  readonly generation: number;
  readonly control: Control;
  readonly clock: Clock;
}

/**
 * Runs a lane's ticks until the daemon stops or another lane has taken this one's place. Between ticks the thread sleeps on the stop word: no
 * event loop turns, and no message is received. Thread: the lane's (it blocks).
 */
export class LaneLoop {
  private readonly options: LaneLoopOptions;
  private readonly ticking: Ticking;
  private readonly ticker: Ticker;
  private missed = 0;
  private intervalMs = 0;

  constructor(options: LaneLoopOptions, ticking: Ticking) {
    this.options = options;
    this.ticking = ticking;
    this.ticker = new Ticker(options.clock, (ms) => options.control.sleep(ms));
  }

  /** Calls `working` after the first tick. */
  run(working: () => void): void {
    if (!this.ticker.first() || !this.turn()) return;
    working();
    while (this.next());
  }

  /** A function of its own: V8 replaces a function by its optimised code when it is called the next time, and `run` is called but once. */
  private next(): boolean {
    return this.ticker.next(this.intervalMs) && this.turn();
  }

  private turn(): boolean {
    const { control, lane, generation, clock } = this.options;
    const { ticker } = this;
    if (control.generation(lane) !== generation) return false;
    this.intervalMs = this.ticking.tick(ticker.deadlineMs, ticker.missed - this.missed, clock.monoMs());
    this.missed = ticker.missed;
    return true;
  }
}
