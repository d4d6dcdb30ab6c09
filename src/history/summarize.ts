import type { Points } from './points.js';

/** A column's value in each point; NaN if it is unknown in all rows of the point. */
export interface Summary {
  readonly mean: Float64Array;
  readonly max: Float64Array;
}

/** The mean and the maximum of a column in each point. Unknown values (NaN) are ignored. */
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
    // Checking each value for NaN would take twice as long.
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
