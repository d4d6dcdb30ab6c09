import type { Series } from './series.js';

/** PageUp and PageDown go by this share of the range. */
const PAGE_SHARE = 1 / 12;

/** The place of the time that is next to `timeMs`; −1: there is none. `timesMs` ascends. */
export function nearest(timesMs: readonly number[], timeMs: number): number {
  const after = timesMs.findIndex((each) => each >= timeMs);
  if (after <= 0) return after < 0 ? timesMs.length - 1 : 0;
  return timeMs - timesMs[after - 1]! < timesMs[after]! - timeMs ? after - 1 : after;
}

/**
 * The moment to which a key leads from `fromMs`, or from the newest point where that is null: one point on or back, a page on or back, or to
 * an end of the range. Null: the key leads back to now. Undefined: it means nothing.
 */
export function momentAfterKey(
  key: string,
  fromMs: number | null,
  { timesMs, rangeMs, endMs }: Pick<Series, 'timesMs' | 'rangeMs' | 'endMs'>,
): number | null | undefined {
  if (key === 'Escape') return null;
  const last = timesMs.length - 1;
  if (last < 0) return undefined;
  const first = timesMs.findIndex((timeMs) => timeMs >= endMs - rangeMs);
  const at = fromMs === null ? last : nearest(timesMs, fromMs);
  const page = (sign: number): number => nearest(timesMs, timesMs[at]! + sign * rangeMs * PAGE_SHARE);
  const places: Readonly<Record<string, () => number>> = {
    ArrowLeft: () => at - 1,
    ArrowDown: () => at - 1,
    ArrowRight: () => at + 1,
    ArrowUp: () => at + 1,
    PageDown: () => page(-1),
    PageUp: () => page(1),
    Home: () => first,
    End: () => last,
  };
  const place = places[key]?.();
  return place === undefined ? undefined : timesMs[Math.min(last, Math.max(first, place))]!;
}
