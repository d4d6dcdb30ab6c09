import type { Look } from './look.js';
import type { Outcomes } from './outcomes.js';

/** What became of the suite on one Node. */
export interface Row extends Look, Outcomes {
  readonly seconds: number;
}

const COLUMNS: readonly (readonly [name: string, width: number, of: (row: Row) => string | number])[] = [
  ['Node', 8, ({ node }) => node],
  ['glibc', 6, ({ glibc }) => glibc],
  ['bridge', 10, ({ transport }) => transport],
  ['tests', 6, ({ passed, failed, skipped }) => passed + failed + skipped],
  ['passed', 7, ({ passed }) => passed],
  ['failed', 7, ({ failed }) => failed],
  ['skipped', 8, ({ skipped }) => skipped],
  ['seconds', 8, ({ seconds }) => Math.round(seconds)],
];

function line(cell: (column: (typeof COLUMNS)[number]) => string | number): string {
  return COLUMNS.map((column) => String(cell(column)).padStart(column[1])).join(' ');
}

/** The line above the rows. */
export const TABLE_HEAD = line(([name]) => name);

/** A row, and below it why tests were skipped, if any were. */
export function tableRow(row: Row): string {
  const skipped = [...row.skippedFor].map(
    ([why, names]) => `\n         skipped: ${names.join('; ')}: ${why || 'no reason is given'}`,
  );
  return line(([, , of]) => of(row)) + skipped.join('');
}
