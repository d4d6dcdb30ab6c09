/**
 * Time for all threads. `monoMs` is CLOCK_MONOTONIC in milliseconds and comparable between threads
 * (`performance.now()` alone is not: each thread has its own origin); `wallMs` is CLOCK_REALTIME, and may jump.
 */
export interface Clock {
  monoMs(): number;
  wallMs(): number;
}

/** Creates the system's clock. Thread: any, one for each thread. Allocates: nothing a call. */
export function createClock(): Clock {
  // The global `performance` is a getter, which is worth avoiding some thousand times a second.
  const { performance: timer } = globalThis;
  const originMs = Number(process.hrtime.bigint()) / 1e6 - timer.now();
  return {
    monoMs: () => originMs + timer.now(),
    wallMs: () => Date.now(),
  };
}
