/**
 * Time for all threads. `monoMs` is CLOCK_MONOTONIC in milliseconds, comparable between threads; `wallMs` is CLOCK_REALTIME, and may
 * jump.
 */
export interface Clock {
  monoMs(): number;
  wallMs(): number;
}

/** The system's clock. Its methods are those of a class, so that V8 can inline them into a tick. */
export class SystemClock implements Clock {
  /** How far `monoMs` is ahead of the system's clock: 0, except on the warm-up's own clock. */
  aheadMs = 0;
  // `performance.now()` checks its receiver at each call and has another origin in each thread.
  private readonly hrtime = process.hrtime;

  monoMs(): number {
    const time = this.hrtime();
    return time[0] * 1e3 + time[1] / 1e6 + this.aheadMs;
  }

  wallMs(): number {
    return Date.now();
  }
}

/** Creates the system's clock. Thread: any, one for each thread. Allocates: nothing a call that lasts. */
export function createClock(): Clock {
  return new SystemClock();
}
