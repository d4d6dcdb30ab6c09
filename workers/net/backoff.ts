/** Parameters of the exponential backoff. */
export interface Backoff {
  /** Twice this is the ceiling after the first failure. */
  readonly baseMs: number;
  /** Upper bound of the ceiling. */
  readonly capMs: number;
  /** Lower bound of every wait. */
  readonly floorMs: number;
}

/**
 * Exponential backoff with full jitter: the wait is uniformly distributed between the floor and a ceiling that doubles with each failure,
 * up to the cap. Hosts that failed together do not retry together. `failures` counts from 1; `random` returns 0 to 1.
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function backoffMs(
  failures: number,
  { baseMs, capMs, floorMs }: Backoff,
  random: () => number,
): number {
  // 2^31 is far above any cap; without the bound, a year of failures would give Infinity.
  const ceiling = Math.max(floorMs, Math.min(capMs, baseMs * 2 ** Math.min(failures, 31)));
  return floorMs + random() * (ceiling - floorMs);
}
