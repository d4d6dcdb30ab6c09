import type { Reading } from './reading.js';
import { rowOfReading, Series } from './series.js';

/** The ranges that can be chosen, and how many points each has at most. */
export const RANGES = [
  { minutes: 1, points: 1_200 },
  { minutes: 5, points: 1_000 },
  { minutes: 15, points: 900 },
] as const;
export type Minutes = (typeof RANGES)[number]['minutes'];

/** What is seen further apart than this, by samples that are closer together, may have missed a burst. */
const BURST_MS = 100;
/** So much further than the page's own clock the host's may go between two samples before something is missing between them. */
const GAP_MS = 1_000;

/**
 * What was seen of a host, in each of the ranges; of another host it is another past. Its times are the host's clock, as it goes now: when that is set back, what was seen before moves with
 * it.
 */
export class Recording {
  readonly #series: readonly Series[] = RANGES.map(
    ({ minutes, points }) => new Series(minutes * 60_000, (minutes * 60_000) / points),
  );
  #identifier = '';
  #sampledAtMs = Number.NaN;
  #atMs = Number.NaN;

  of(minutes: Minutes): Series {
    return this.#series[RANGES.findIndex((range) => range.minutes === minutes)]!;
  }

  /**
   * Adds a sample that came at `nowMs` of the page's clock. Returns what may be missing before it: `gap` where time has passed that was not
   * seen, `peaks` where a burst may have been.
   */
  add(reading: Reading, nowMs: number): 'nothing' | 'peaks' | 'gap' {
    const { identifier, sampledAtMs } = reading;
    if (identifier !== this.#identifier) this.#forget();
    this.#identifier = identifier;
    const intervalMs = reading.intervalMs ?? 0;
    const aheadMs = sampledAtMs - this.#sampledAtMs;
    const passedMs = nowMs - this.#atMs;
    this.#sampledAtMs = sampledAtMs;
    this.#atMs = nowMs;
    if (aheadMs < 0) for (const series of this.#series) series.shift(aheadMs - passedMs);
    const row = rowOfReading(reading);
    for (const series of this.#series) series.append(sampledAtMs, row, intervalMs);
    if (aheadMs < 0 || aheadMs > Math.max(GAP_MS, 3 * intervalMs)) return 'gap';
    return aheadMs > Math.max(BURST_MS, 2 * intervalMs) ? 'peaks' : 'nothing';
  }

  #forget(): void {
    this.#sampledAtMs = Number.NaN;
    for (const series of this.#series) series.clear();
  }
}
