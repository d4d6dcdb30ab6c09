/** The JSON of `GET /history`; null is unknown. All arrays of values are as long as `time_ms`. */
export interface HistoryAnswer {
  readonly identifier: string;
  readonly now_ms: number;
  readonly seconds: number;
  readonly interval_ms: number;
  readonly step_ms: number;
  readonly rows: number;
  readonly columns: readonly string[];
  readonly time_ms: readonly number[];
  readonly age_ms: readonly number[];
  readonly mean: Readonly<Record<string, readonly (number | null)[]>>;
  readonly max: Readonly<Record<string, readonly (number | null)[]>>;
}

const NUMBERS = ['now_ms', 'seconds', 'interval_ms', 'step_ms', 'rows'] as const;
const COLUMN = /^[a-z\d_]+$/;
/** No Date is later. */
const LAST_DATE_MS = 8.64e15;

/** Reads the body of an answer with status 200; null: it is not the Monitor's. */
export function parseHistory(text: string): HistoryAnswer | null {
  try {
    const body = JSON.parse(text) as Partial<HistoryAnswer> | null;
    const { columns, time_ms, age_ms, mean, max } = body ?? {};
    const isHistory =
      typeof body?.identifier === 'string' &&
      NUMBERS.every((name) => typeof body[name] === 'number') &&
      Array.isArray(columns) &&
      Array.isArray(time_ms) &&
      time_ms.every(isTime) &&
      isColumn(age_ms, time_ms.length) &&
      columns.every((name) => typeof name === 'string' && COLUMN.test(name)) &&
      columns.every((name) =>
        [mean, max].every((values) => isColumn((values as HistoryAnswer['mean'])[name], time_ms.length)),
      );
    return isHistory ? (body as HistoryAnswer) : null;
  } catch {
    return null;
  }
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= LAST_DATE_MS;
}

function isColumn(values: unknown, length: number): boolean {
  return (
    Array.isArray(values) &&
    values.length === length &&
    values.every((value) => value === null || typeof value === 'number')
  );
}

/** The error that a body tells, as all of the bridge's do; null: it tells none. */
export function parseError(text: string): { code: string; message: string; problems: string[] } | null {
  try {
    const { error } = JSON.parse(text) as {
      error?: { code?: unknown; message?: unknown; problems?: unknown };
    };
    if (typeof error?.code !== 'string' || typeof error.message !== 'string') return null;
    const problems = Array.isArray(error.problems) ? error.problems.map(String) : [];
    return { code: error.code, message: error.message, problems };
  } catch {
    return null;
  }
}
