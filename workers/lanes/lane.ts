import type { Clock } from '../../src/shared/clock.js';
import type { Control, LaneName } from '../../src/shared/control.js';
import { Ticker } from './ticker.js';

/**
 * What a lane does at each tick. `deadlineMs` is when the tick was due, `skipped` how many were left out just before it. Returns how
 * long after `deadlineMs` the next tick is due, in ms.
 */
export type TickWork = (deadlineMs: number, skipped: number) => number;

/**
 * Runs `work` again and again until the daemon stops or another lane has taken this one's place. Between ticks the thread sleeps on
 * the stop word: no event loop turns, and no message is received. Calls `working` after the first tick.
 * Thread: the lane's (it blocks).
 */
export function runTicks(
  options: { lane: LaneName; generation: number; control: Control; clock: Clock },
  work: TickWork,
  working: () => void,
): void {
  const { lane, generation, control } = options;
  const ticker = new Ticker(options.clock, (ms) => control.sleep(ms));
  let missed = 0;
  let intervalMs = 0;
  // A function of its own: the compiler replaces a function when it is called the next time, and this loop is called but once.
  const turn = (): boolean => {
    if (control.generation(lane) !== generation) return false;
    intervalMs = work(ticker.deadlineMs, ticker.missed - missed);
    missed = ticker.missed;
    return true;
  };
  if (!ticker.first() || !turn()) return;
  working();
  while (ticker.next(intervalMs) && turn());
}
