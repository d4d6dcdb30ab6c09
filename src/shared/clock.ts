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
  const originMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
  return {
    monoMs: () => originMs + performance.now(),
    wallMs: () => Date.now(),
  };
}
