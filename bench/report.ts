import type { Part } from './options.js';

/** What a figure is held against. */
export interface Target {
  readonly limit: number;
  readonly kind: 'at most' | 'at least';
  /** Which of the two numbers of a row it is about. */
  readonly of: 'value' | 'ratio';
}

/** One figure. */
export interface Row {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The figure divided by another of the same run, which `to` names. */
  readonly ratio?: { readonly value: number; readonly to: string };
  /** Stands where the ratio would. */
  readonly remark?: string;
  readonly target?: Target;
  /** More numbers, which only the JSON shows. Units are in their names. */
  readonly details?: Readonly<Record<string, number | string | readonly number[]>>;
}

/** What one part of the bench found. */
export interface Section {
  readonly part: Part;
  readonly title: string;
  readonly rows: readonly Row[];
  /** What a reader has to know about how it was measured. */
  readonly notes: readonly string[];
  /** What could not be measured. */
  readonly failures: readonly string[];
}

/** Whether the row's figure is within its target; null: it has none. */
export function isMet({ value, ratio, target }: Row): boolean | null {
  if (target === undefined) return null;
  const figure = target.of === 'value' ? value : (ratio?.value ?? Number.NaN);
  return target.kind === 'at most' ? figure <= target.limit : figure >= target.limit;
}

const WIDTHS = { what: 40, value: 9, unit: 7, ratio: 24, target: 7, met: 6 };

/** The sections as one aligned table of at most 99 columns. */
export function renderTable(sections: readonly Omit<Section, 'part'>[]): string {
  const lines = [line('', 'figure', 'unit', 'ratio', 'target', 'verdict')];
  for (const section of sections) {
    lines.push('', section.title);
    for (const row of section.rows) lines.push(renderRow(row));
    for (const failure of section.failures) lines.push(`  NOT MEASURED: ${failure}`);
    for (const note of section.notes) lines.push(...wrap(note, 95).map((text) => `  ${text}`));
  }
  return lines.join('\n');
}

function renderRow(row: Row): string {
  const met = isMet(row);
  return line(
    `  ${row.what}`,
    digits(row.value),
    row.unit,
    row.ratio === undefined ? (row.remark ?? '') : `${digits(row.ratio.value)} × ${row.ratio.to}`,
    row.target === undefined ? '' : `${row.target.kind === 'at most' ? '≤' : '≥'} ${row.target.limit}`,
    met === null ? '' : met ? 'met' : 'MISSED',
  );
}

function line(what: string, value: string, unit: string, ratio: string, target: string, met: string): string {
  return [
    what.padEnd(WIDTHS.what),
    value.padStart(WIDTHS.value),
    unit.padEnd(WIDTHS.unit),
    ratio.padEnd(WIDTHS.ratio),
    target.padEnd(WIDTHS.target),
    met,
  ]
    .join(' ')
    .trimEnd();
}

/** Three significant digits, and no more places than that takes; a whole number has none. Thousands are set apart. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return '?';
  const size = Math.abs(value);
  const decimals = Number.isInteger(value) || size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
  return value.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    if (current !== '' && current.length + 1 + word.length > width) {
      lines.push(current);
      current = word;
    } else {
      current = current === '' ? word : `${current} ${word}`;
    }
  }
  return [...lines, current];
}
