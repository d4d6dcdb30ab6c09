/** How long to wait after failures in a row. */
export interface Backoff {
  /** The ceiling after the first failure is twice this. */
  readonly baseMs: number;
  /** The ceiling never passes this. */
  readonly capMs: number;
  /** No wait is shorter than this. */
  readonly floorMs: number;
}

/**
 * Exponential back-off with full jitter: evenly spread between the floor and a ceiling that doubles with each failure up to the
 * cap, so that hosts that failed together don't come back together. `failures` counts from 1; `random` gives 0 to 1.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(
  failures: number,
  { baseMs, capMs, floorMs }: Backoff,
  random: () => number,
): number {
  // 2^31 is far behind any cap; without the bound a year of failures would give Infinity.
  const ceiling = Math.max(floorMs, Math.min(capMs, baseMs * 2 ** Math.min(failures, 31)));
  return floorMs + random() * (ceiling - floorMs);
}
