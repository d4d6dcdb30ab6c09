import type { Clock } from '../../src/shared/clock.js';
import type { Control, LaneName } from '../../src/shared/control.js';
import { Ticker } from './ticker.js';

/** What a lane does at each tick. */
export interface Ticking {
  /**
   * `deadlineMs` is when the tick was due, `skipped` the number of ticks skipped just before it, `nowMs` the current time. Returns the time
   * from `deadlineMs` to the next deadline, in ms.
   */
  tick(deadlineMs: number, skipped: number, nowMs: number): number;
}

/** For `run`: practically forever. Like other tick counts it is a small integer (Smi) to V8. */
export const MANY_TICKS = 2 ** 30;

export interface LaneLoopOptions {
  readonly lane: LaneName;
  readonly generation: number;
  readonly control: Control;
  readonly clock: Clock;
}

/**
 * Runs a lane's ticks until the daemon stops or another lane replaces this one. Between ticks the thread sleeps on the stop word: no event
 * loop runs, and no message is received. Thread: the lane's (it blocks). Allocates: nothing after construction.
 */
export class LaneLoop {
  // Plain fields, as in HotPass: `next` runs at every tick.
  private readonly control: Control;
  private readonly lane: LaneName;
  private readonly generation: number;
  private readonly clock: Clock;
  private readonly ticking: Ticking;
  private readonly ticker: Ticker;
  private missed = 0;
  private intervalMs = 0;

  constructor({ control, lane, generation, clock }: LaneLoopOptions, ticking: Ticking) {
    this.control = control;
    this.lane = lane;
    this.generation = generation;
    this.clock = clock;
    this.ticking = ticking;
    this.ticker = new Ticker(clock, control);
  }

  /** Runs the first tick, which is due at once. Returns false when the lane should end. */
  first(): boolean {
    return this.ticker.first() && this.turn();
  }

  /**
   * Sleeps until the next tick is due and runs it, `ticks` times. Returns false when the lane should end. The warm-up calls this often
   * before the lane's final call, so that V8 has optimised the whole loop by then.
   */
  run(ticks: number): boolean {
    for (let tick = 0; tick < ticks; tick++) {
      if (!this.ticker.next(this.intervalMs) || !this.turn()) return false;
    }
    return true;
  }

  /** When the next tick is due, on the lane's clock. */
  get dueMs(): number {
    return this.ticker.deadlineMs + this.intervalMs;
  }

  private turn(): boolean {
    const { ticker } = this;
    if (this.control.generation(this.lane) !== this.generation) return false;
    this.intervalMs = this.ticking.tick(ticker.deadlineMs, ticker.missed - this.missed, this.clock.monoMs());
    this.missed = ticker.missed;
    return true;
  }
}
