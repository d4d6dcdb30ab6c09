import type { Clock } from '../../src/shared/clock.js';
import type { Control, LaneName } from '../../src/shared/control.js';
import { Ticker } from './ticker.js';

/** What a lane does at each tick. `deadlineMs` is when the tick was due, `skipped` how many were left out just before it. */
export type TickWork = (deadlineMs: number, skipped: number) => void;

/**
 * Runs `work` every `intervalMs` until the daemon stops or another lane has taken this one's place. Between ticks the thread
 * sleeps on the stop word: no event loop turns, and no message is received. Calls `working` after the first tick.
 * Thread: the lane's (it blocks).
 */
export function runTicks(
  options: { lane: LaneName; generation: number; intervalMs: number; control: Control; clock: Clock },
  work: TickWork,
  working: () => void,
): void {
  const { lane, generation, control } = options;
  const ticker = new Ticker(options.intervalMs, options.clock, (ms) => control.sleep(ms));
  let missed = 0;
  let first = true;
  while (ticker.next() && control.generation(lane) === generation) {
    work(ticker.deadlineMs, ticker.missed - missed);
    missed = ticker.missed;
    if (first) working();
    first = false;
  }
}
