/** One value at one time; both in units of the caller's. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A slope, and the bounds between which it lies with 95 % confidence if the values scatter independently. */
export interface Slope {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** More points are thinned out evenly: their pairs are counted, and so many make half a million. */
const MAX_POINTS = 1_000;
const Z_95 = 1.96;

/**
 * The slope of the points by Theil and Sen, the median of the slopes of all pairs: up to 29 % of the points may be anything. The bounds
 * are Sen's, from the variance of Kendall's S. NaN for fewer than three points.
 * @see https://doi.org/10.1080/01621459.1968.10480934
 */
export function theilSen(all: readonly Point[]): Slope {
  const step = Math.ceil(all.length / MAX_POINTS);
  const points = all.filter((_point, index) => index % step === 0);
  const n = points.length;
  if (n < 3) return { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const slopes: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const run = points[j]!.x - points[i]!.x;
      if (run !== 0) slopes.push((points[j]!.y - points[i]!.y) / run);
    }
  }
  const sorted = Float64Array.from(slopes).sort();
  const at = (index: number): number =>
    sorted[Math.max(0, Math.min(sorted.length - 1, Math.round(index)))] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  const spread = (Z_95 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)) / 2;
  return {
    value: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    low: at(middle - spread),
    high: at(middle + spread),
  };
}
