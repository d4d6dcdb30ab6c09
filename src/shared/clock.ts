/**
 * Time for all threads. `monoMs` is CLOCK_MONOTONIC in milliseconds, comparable between threads; `wallMs` is CLOCK_REALTIME, and may
 * jump.
 */
export interface Clock {
  monoMs(): number;
  wallMs(): number;
}

/** Creates the system's clock. Thread: any, one for each thread. Allocates: nothing a call that lasts. */
export function createClock(): Clock {
  // `performance.now()` checks its receiver at each call and has another origin in each thread.
  const { hrtime } = process;
  return {
    monoMs: () => {
      const time = hrtime();
      return time[0] * 1e3 + time[1] / 1e6;
    },
    wallMs: () => Date.now(),
  };
}
