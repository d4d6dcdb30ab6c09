import type { Points } from './points.js';

/** What each point tells of a column; NaN where none of its rows knows it. */
export interface Summary {
  readonly mean: Float64Array;
  readonly max: Float64Array;
}

/** The mean and the highest of a column's values in each point. Rows that do not know it (NaN) count for nothing. */
export function summarize(values: Float32Array, { timeMs, firstRow }: Points): Summary {
  const { length: count } = timeMs;
  const mean = new Float64Array(count);
  const max = new Float64Array(count);
  for (let point = 0; point < count; point++) {
    const first = firstRow[point]!;
    const end = firstRow[point + 1]!;
    let sum = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let row = first; row < end; row++) {
      const value = values[row]!;
      sum += value;
      if (value > highest) highest = value;
    }
    // Looking at each whether it is known would take twice as long.
    mean[point] = Number.isNaN(sum) ? meanOfKnown(values, first, end) : sum / (end - first);
    max[point] = highest === Number.NEGATIVE_INFINITY ? Number.NaN : highest;
  }
  return { mean, max };
}

function meanOfKnown(values: Float32Array, first: number, end: number): number {
  let sum = 0;
  let known = 0;
  for (let row = first; row < end; row++) {
    const value = values[row]!;
    if (Number.isNaN(value)) continue;
    sum += value;
    known++;
  }
  return sum / known;
}
