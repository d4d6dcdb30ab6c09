import type { Sample } from './resources.js';
import { type Row, told } from './rows.js';
import { type Point, type Slope, theilSen } from './slope.js';

/** Whether memory grows is judged in runs of so many minutes or more. */
export const JUDGED_MINUTES = 20;
/** What may grow for good, MB an hour: less can't be told from what heaps scatter by in half an hour. */
const GROWTH_LIMIT = 5;
/** What is plain in a run that is too short for that: while it warms up, a daemon that is well grows by as much as 130. */
const GROSS_LIMIT = 250;
const WARM_UP_SHARE = 1 / 3;
/** So long it takes until V8 has tidied up each heap once: without any fault it grew from 33 to 38 MB, and then no more. */
const WARM_UP_MAX_MS = 600_000;
const END_SHARE = 1 / 3;
const MB = 1e6;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/**
 * Whether one kind of memory grows, as rows. A daemon fills its heaps and its caches, and levels off; one that leaks does not. So in a long
 * run the last third may not grow, and what has grown since the warm-up must have come to an end there. In a short one only what is gross
 * is found, and the rows say so. The ends of a slope's interval tell what of it is certain.
 */
export function judgeGrowth(
  name: string,
  samples: readonly Sample[],
  bytes: (sample: Sample) => number,
): Row[] {
  const startMs = samples[0]?.atMs ?? Number.NaN;
  const spanMs = (samples.at(-1)?.atMs ?? Number.NaN) - startMs;
  const points = samples.map((sample) => ({ x: (sample.atMs - startMs) / HOUR_MS, y: bytes(sample) / MB }));
  const since = (ms: number, all: readonly Point[]): Slope =>
    theilSen(all.filter(({ x }) => x * HOUR_MS >= ms));
  const warmMs = Math.min(WARM_UP_MAX_MS, spanMs * WARM_UP_SHARE);
  const ends = told('  first and last tenth', `${show(tenth(points, 0))}, ${show(tenth(points, 9))} MB`);
  if (Math.round(spanMs / MINUTE_MS) < JUDGED_MINUTES) {
    const slope = since(warmMs, points);
    return [
      row(
        `${name}: slope after warm-up, MB an hour`,
        slope,
        `≤ ${GROSS_LIMIT}, or not certain`,
        slope.value <= GROSS_LIMIT || slope.low <= 0,
      ),
      ends,
      told('  growth', `too short to judge it: less than ${JUDGED_MINUTES} minutes`),
    ];
  }
  const floors = floorsOf(points);
  const whole = since(warmMs, floors);
  const end = since(spanMs * (1 - END_SHARE), floors);
  const limit = `low end ≤ ${GROWTH_LIMIT}`;
  const hasLevelledOff = whole.low <= GROWTH_LIMIT || end.value <= GROWTH_LIMIT;
  return [
    row(`${name}: slope of the last third, MB an hour`, end, limit, end.low <= GROWTH_LIMIT),
    row(`${name}: slope after warm-up, MB an hour`, whole, `${limit}, or levelled off`, hasLevelledOff),
    ends,
  ];
}

/** The least of each whole minute: what a fault takes, or a heap that is to be tidied up, is left out, and what leaks is not. */
function floorsOf(points: readonly Point[]): Point[] {
  const floors = new Map<number, number>();
  for (const { x, y } of points) {
    const minute = Math.floor((x * HOUR_MS) / MINUTE_MS);
    floors.set(minute, Math.min(floors.get(minute) ?? Number.POSITIVE_INFINITY, y));
  }
  return [...floors].map(([minute, y]) => ({ x: (minute * MINUTE_MS) / HOUR_MS, y })).slice(0, -1);
}

function row(what: string, { value, low, high }: Slope, limit: string, isMet: boolean): Row {
  return { what, figure: `${show(value)} (${show(low)} to ${show(high)})`, limit, isMet };
}

/** The median of one tenth of the points. */
function tenth(points: readonly Point[], index: number): number {
  const size = points.length / 10;
  const part = points.slice(Math.floor(index * size), Math.max(1, Math.ceil((index + 1) * size)));
  const sorted = part.map(({ y }) => y).sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function show(value: number): string {
  return value.toFixed(1);
}
