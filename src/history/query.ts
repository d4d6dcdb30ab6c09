/** What is asked of the flight recorder. */
export interface HistoryQuery {
  /** How far back, in seconds. */
  readonly seconds: number;
  /** In how many points at most. */
  readonly points: number;
}

export const MAX_POINTS = 5_000;
export const DEFAULT_POINTS = 600;

/**
 * Reads the query of a target, which is '' where there is none. `maxSeconds` is how far the flight recorder goes back, and what is meant
 * where nothing is said. Returns all that is wrong with it, if anything is.
 */
export function parseHistoryQuery(query: string, maxSeconds: number): HistoryQuery | readonly string[] {
  const most = { seconds: maxSeconds, points: MAX_POINTS };
  const found = { seconds: maxSeconds, points: DEFAULT_POINTS };
  const problems: string[] = [];
  const given = new URLSearchParams(query);
  for (const name of new Set(given.keys())) {
    const [text = '', ...more] = given.getAll(name);
    if (name !== 'seconds' && name !== 'points') {
      problems.push(`${JSON.stringify(name)}: expected seconds or points`);
    } else if (more.length > 0) {
      problems.push(`${name}: expected once, got ${more.length + 1} of it`);
    } else {
      const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
      if (value >= 1 && value <= most[name]) found[name] = value;
      else
        problems.push(
          `${name}: expected a whole number from 1 to ${most[name]}, got ${JSON.stringify(text)}`,
        );
    }
  }
  return problems.length > 0 ? problems : found;
}
