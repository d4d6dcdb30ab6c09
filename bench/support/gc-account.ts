import { constants } from 'node:perf_hooks';
import { slope } from './statistics.js';

/** What V8 does when it collects, as PerformanceObserver names it. */
export type GcKind = 'major' | 'minor' | 'incremental' | 'weakcb' | 'other';
export const GC_KINDS: readonly GcKind[] = ['major', 'minor', 'incremental', 'weakcb', 'other'];

/** A moment between two ticks. */
export interface HeapSample {
  readonly atMs: number;
  /** Ticks since the probe began. */
  readonly ticks: number;
  readonly usedBytes: number;
}

/** What the probe in the proc lane's thread hands over. Times are of that thread's `performance.now()`. */
export interface GcReport {
  readonly endMs: number;
  readonly samples: readonly HeapSample[];
  /** From PerformanceObserver: one for each collection. */
  readonly collections: readonly {
    readonly kind: number;
    readonly startMs: number;
    readonly durationMs: number;
  }[];
  /** From v8.GCProfiler, the second witness: the used heap before and after each, in the same order. */
  readonly heaps: readonly { readonly beforeBytes: number; readonly afterBytes: number }[];
}

/** The collections and the heap of the last part of a lane's life. */
export interface GcAccount {
  readonly seconds: number;
  readonly ticks: number;
  readonly byKind: Readonly<
    Record<GcKind, { readonly count: number; readonly totalMs: number; readonly longestMs: number }>
  >;
  /** What ticks allocate, whatever became of it. */
  readonly allocatedBytesPerTick: number;
  /** The used heap right after each collection; where there were fewer than three, between ticks. */
  readonly heap: readonly { readonly minutes: number; readonly usedBytes: number }[];
  readonly heapIs: 'after collections' | 'between ticks';
  /** By least squares through `heap`. */
  readonly growthBytesPerMinute: number;
}

const KINDS = new Map<number, GcKind>([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weakcb'],
]);
/** Fewer points make no line. */
const POINTS_MIN = 3;

/**
 * Takes the account of the last `windowMs` before the lane's end.
 * @throws Error when the two witnesses saw different numbers of collections, or there are no samples to go by
 */
export function takeAccount(report: GcReport, windowMs: number): GcAccount {
  const { endMs, heaps } = report;
  // The thread lives on for a moment after the lane, and collects its remains.
  const seen = report.collections.filter(({ startMs }) => startMs <= endMs);
  if (seen.length !== heaps.length)
    throw new Error(`PerformanceObserver saw ${seen.length} collections, v8.GCProfiler ${heaps.length}`);
  const collections = seen.map((collection, i) => ({ ...collection, ...heaps[i]! }));
  const startMs = endMs - windowMs;
  const within = collections.filter((collection) => collection.startMs >= startMs);
  const samples = report.samples.filter(({ atMs }) => atMs >= startMs);
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || first === last)
    throw new Error('the lane was not seen often enough');

  const minutes = (atMs: number): number => (atMs - startMs) / 60_000;
  const afterwards = within.map((one) => ({ minutes: minutes(one.startMs), usedBytes: one.afterBytes }));
  const isEnough = afterwards.length >= POINTS_MIN;
  const heap = isEnough
    ? afterwards
    : samples.map(({ atMs, usedBytes }) => ({ minutes: minutes(atMs), usedBytes }));
  const ticks = last.ticks - first.ticks;
  return {
    seconds: (last.atMs - first.atMs) / 1000,
    ticks,
    byKind: Object.fromEntries(
      GC_KINDS.map((kind) => [
        kind,
        count(within.filter((one) => (KINDS.get(one.kind) ?? 'other') === kind)),
      ]),
    ) as GcAccount['byKind'],
    allocatedBytesPerTick: allocatedBytes(first, last, within) / ticks,
    heap,
    heapIs: isEnough ? 'after collections' : 'between ticks',
    growthBytesPerMinute: slope(heap.map((point) => ({ x: point.minutes, y: point.usedBytes }))),
  };
}

function count(durations: readonly { readonly durationMs: number }[]) {
  return {
    count: durations.length,
    totalMs: durations.reduce((sum, { durationMs }) => sum + durationMs, 0),
    longestMs: durations.reduce((longest, { durationMs }) => Math.max(longest, durationMs), 0),
  };
}

/** The heap's growth from one collection to the next, and on both sides of the first and the last. */
function allocatedBytes(
  first: HeapSample,
  last: HeapSample,
  collections: readonly {
    readonly startMs: number;
    readonly beforeBytes: number;
    readonly afterBytes: number;
  }[],
): number {
  let bytes = 0;
  let usedBytes = first.usedBytes;
  for (const { startMs, beforeBytes, afterBytes } of collections) {
    if (startMs < first.atMs || startMs > last.atMs) continue;
    bytes += beforeBytes - usedBytes;
    usedBytes = afterBytes;
  }
  return bytes + last.usedBytes - usedBytes;
}
