import { frameStaleAfterMs } from '../shared/pace.js';

/** How many distances before and after a row show how far apart rows were at that time. */
const NEIGHBOURS = 2;

/**
 * Whether there is a gap in sampling before row `row`, or before `untilMs` if `row` is `rows`. Rows do not record the interval in force at
 * that time, so it is inferred from the two distances before and the two after: the distance is a gap if it exceeds `frameStaleAfterMs` of
 * the second longest of these four. The longest may be a gap itself. After the newest row, rows are assumed to be `rowMs` apart, as they
 * are now. Distances before the oldest copied row are unknown; there the longest counts. `monoMs`: ascending. Thread: any.
 */
export function isGap(
  monoMs: Float64Array,
  rows: number,
  row: number,
  { untilMs, rowMs }: { readonly untilMs: number; readonly rowMs: number },
): boolean {
  if (row === 0) return false;
  const distanceMs = (row === rows ? untilMs : monoMs[row]!) - monoMs[row - 1]!;
  // Fast path for nearly all rows.
  if (distanceMs <= frameStaleAfterMs(0)) return false;
  let longestMs = 0;
  let secondMs = 0;
  for (let at = Math.max(1, row - NEIGHBOURS); at <= row + NEIGHBOURS; at++) {
    if (at === row) continue;
    const otherMs = at < rows ? monoMs[at]! - monoMs[at - 1]! : rowMs;
    secondMs = Math.max(secondMs, Math.min(longestMs, otherMs));
    longestMs = Math.max(longestMs, otherMs);
  }
  return distanceMs > frameStaleAfterMs(row > NEIGHBOURS ? secondMs : longestMs);
}
