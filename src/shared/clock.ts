/**
 * Time for all threads. `monoMs` is CLOCK_MONOTONIC in milliseconds, comparable between threads; `wallMs` is CLOCK_REALTIME and may jump.
 */
export interface Clock {
  monoMs(): number;
  wallMs(): number;
}

/** The system's clock. A class, so that V8 can inline its methods into a tick. */
export class SystemClock implements Clock {
  /** How far `monoMs` is ahead of the system's clock: 0, except on the warm-up's own clock. */
  aheadMs = 0;
  // Not `performance.now()`, which checks its receiver at each call and has a different origin in each thread.
  private readonly hrtime = process.hrtime;

  monoMs(): number {
    const time = this.hrtime();
    return time[0] * 1e3 + time[1] / 1e6 + this.aheadMs;
  }

  wallMs(): number {
    return Date.now();
  }
}

/** Creates the system's clock. Thread: any, one clock per thread. Allocates: nothing that outlasts a call. */
export function createClock(): Clock {
  return new SystemClock();
}
