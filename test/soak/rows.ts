/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly figure: string;
  /** What it is held against; empty: nothing. */
  readonly limit: string;
  /** Whether it is within that; null: it is only told. */
  readonly isMet: boolean | null;
  /** What an operator who reads `FAILED` needs to know. */
  readonly details?: readonly string[];
}

/** A part of the table. */
export interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** A figure that is only told. */
export function told(what: string, figure: string | number): Row {
  return { what, figure: text(figure), limit: '', isMet: null };
}

/** A number that may not be more than `limit`. One that is not known does not pass. */
export function atMost(
  what: string,
  value: number,
  limit: number,
  unit = '',
  details: readonly string[] = [],
): Row {
  return {
    what,
    figure: `${text(value)}${unit}`,
    limit: `≤ ${text(limit)}${unit}`,
    isMet: value <= limit,
    details,
  };
}

/** A number that may not be less than `limit`. */
export function atLeast(what: string, value: number, limit: number, unit = ''): Row {
  return { what, figure: `${text(value)}${unit}`, limit: `≥ ${text(limit)}${unit}`, isMet: value >= limit };
}

/** Two counts of the same things, by two who counted; `unsure` of them may be in the first alone. */
export function sameCount(what: string, here: number, there: number, unsure: number): Row {
  return {
    what,
    figure: `${text(here)} / ${text(there)}`,
    limit: unsure === 0 ? 'the same' : `the same, ${unsure} unsure`,
    isMet: there <= here && here - there <= unsure,
  };
}

/** A number as it is shown: thousands apart, three digits where it is small. */
export function text(value: number | string): string {
  if (typeof value === 'string') return value;
  if (!Number.isFinite(value)) return '—';
  const decimals = Number.isInteger(value) || Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}
