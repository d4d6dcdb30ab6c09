import { frameStaleAfterMs } from '../shared/pace.js';

/** So many distances before one, and as many behind it, tell how far apart rows were at that time. */
const NEIGHBOURS = 2;

/**
 * Whether sampling stood still before row `row`, or before `untilMs` where `row` is `rows`. No row tells which interval was in force then,
 * and it is another now; but the neighbours do: it stood still when the distance is longer than a frame may be old at the second longest of
 * the two distances before it and the two behind it. The longest may be a gap itself. Behind the newest row, rows come `rowMs` apart, as
 * they do now. Before the oldest that were copied they are not known, and there the longest counts. `monoMs`: ascending. Thread: any.
 */
export function isGap(
  monoMs: Float64Array,
  rows: number,
  row: number,
  { untilMs, rowMs }: { readonly untilMs: number; readonly rowMs: number },
): boolean {
  if (row === 0) return false;
  const distanceMs = (row === rows ? untilMs : monoMs[row]!) - monoMs[row - 1]!;
  // Nearly all rows need no look at others.
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
