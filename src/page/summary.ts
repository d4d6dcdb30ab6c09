import { decimal, percent, timeOfDay } from './format.js';
import type { Column, Points } from './series.js';

/** Statistics of a column over a range of time; null: it has no known value. */
export interface Summary {
  readonly mean: number;
  readonly lowest: number;
  readonly highest: number;
  readonly highestAtMs: number;
}

/** Sums up the points of the last `rangeMs`. */
export function summarize(points: Points, column: Column, rangeMs: number): Summary | null {
  const { timesMs } = points;
  const values = points.columns[column];
  const fromMs = (timesMs.at(-1) ?? 0) - rangeMs;
  let sum = 0;
  let count = 0;
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  let highestAtMs = 0;
  for (let i = timesMs.length - 1; i >= 0 && timesMs[i]! >= fromMs; i--) {
    const value = values[i] ?? null;
    if (value === null) continue;
    sum += value;
    count++;
    lowest = Math.min(lowest, value);
    if (value > highest) {
      highest = value;
      highestAtMs = timesMs[i]!;
    }
  }
  return count === 0 ? null : { mean: sum / count, lowest, highest, highestAtMs };
}

/** A line of a chart, as it is spoken of. */
export interface Named {
  readonly column: Column;
  readonly label: string;
  readonly unit: 'percent' | 'tasks';
  /** What the summary tells of it; it may be nothing. */
  readonly told: readonly ('mean' | 'highest')[];
}

/** A sentence on the last `rangeMs` of these lines. */
export function summaryText(points: Points, lines: readonly Named[], rangeMs: number): string {
  const minutes = rangeMs / 60_000;
  const parts = lines.flatMap(({ column, label, unit, told }) => {
    if (told.length === 0) return [];
    const summary = summarize(points, column, rangeMs);
    if (summary === null) return [`${label} unknown`];
    const mean = valueText(summary.mean, unit);
    const highest = valueText(summary.highest, unit);
    if (valueText(summary.lowest, unit) === highest) return [`${label} ${highest} throughout`];
    const words = {
      mean: `mean ${mean}`,
      highest: `highest ${highest} at ${timeOfDay(summary.highestAtMs)}`,
    };
    return [`${label} ${told.map((each) => words[each]).join(', ')}`];
  });
  return `Last ${minutes === 1 ? 'minute' : `${minutes} minutes`}: ${parts.join('; ')}.`;
}

/** A sentence on the values of one point. */
export function pointText(points: Points, index: number, lines: readonly Named[]): string {
  const timeMs = points.timesMs[index];
  if (timeMs === undefined) return '';
  const values = lines.map(
    ({ column, label, unit }) => `${label} ${valueText(points.columns[column][index] ?? null, unit)}`,
  );
  return `${timeOfDay(timeMs)} · ${values.join(' · ')}`;
}

export function valueText(value: number | null, unit: Named['unit']): string {
  return unit === 'percent' ? percent(value) : decimal(value, 2);
}
