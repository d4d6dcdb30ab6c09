import { parseHistoryQuery } from '../../history/query.js';
import { MAX_HISTORY_SEC } from '../../setting-table.js';

const SECONDS_OF = { '': 1, s: 1, m: 60, h: 3_600 } as const;

/** What is asked of the daemon. */
export interface Asked {
  readonly seconds: number;
  /** Null: as many points as the daemon thinks right. */
  readonly points: number | null;
}

/**
 * Reads `--since` (90s, 5m, 1h, or seconds) and `--points`, or says what is wrong with them. How far the daemon goes back, it knows best.
 */
export function readAsked(since: string, points: string | undefined): Asked | readonly string[] {
  const problems: string[] = [];
  const seconds = secondsOf(since);
  if (!(seconds >= 1 && seconds <= MAX_HISTORY_SEC))
    problems.push(
      `--since: expected a time from 1s to ${MAX_HISTORY_SEC / SECONDS_OF.h}h, such as 90s, 5m or 300, got ${JSON.stringify(since)}`,
    );
  const found = parseHistoryQuery(
    points === undefined ? '' : new URLSearchParams({ points }).toString(),
    MAX_HISTORY_SEC,
  );
  if (!('points' in found)) problems.push(...found.map((problem) => `--${problem}`));
  else if (problems.length === 0) return { seconds, points: points === undefined ? null : found.points };
  return problems;
}

function secondsOf(text: string): number {
  const [, count, unit] = /^(\d{1,6})([smh]?)$/.exec(text) ?? [];
  return count === undefined ? Number.NaN : Number(count) * SECONDS_OF[unit as keyof typeof SECONDS_OF];
}
