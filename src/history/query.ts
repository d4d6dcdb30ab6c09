/** A request to the flight recorder. */
export interface HistoryQuery {
  /** How far back, in seconds. */
  readonly seconds: number;
  /** The maximum number of points. */
  readonly points: number;
}

export const MAX_POINTS = 5_000;
export const DEFAULT_POINTS = 600;

/**
 * Parses the query of a request target, '' if there is none. `maxSeconds` is how far back the flight recorder goes, and the default of
 * `seconds`. Returns all problems if the query is invalid.
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
