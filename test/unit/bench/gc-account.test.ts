import assert from 'node:assert/strict';
import { constants } from 'node:perf_hooks';
import { test } from 'node:test';
import { type GcReport, takeAccount } from '../../../bench/support/gc-account.js';

const { NODE_PERFORMANCE_GC_MAJOR: MAJOR, NODE_PERFORMANCE_GC_MINOR: MINOR } = constants;
const MINUTE_MS = 60_000;

/** One collection a minute, each of 100 kB of garbage, in a lane that runs 10 ticks a minute and keeps `keptBytes` each minute. */
function reportOf(minutes: number, keptBytes = 0): GcReport {
  const collections = [];
  const heaps = [];
  const samples = [];
  let usedBytes = 5_000_000;
  for (let minute = 0; minute <= minutes; minute++) {
    samples.push({ atMs: minute * MINUTE_MS, ticks: minute * 10, usedBytes });
    if (minute === minutes) break;
    collections.push({ kind: MINOR, startMs: (minute + 0.5) * MINUTE_MS, durationMs: minute + 1 });
    heaps.push({ beforeBytes: usedBytes + 100_000 + keptBytes, afterBytes: usedBytes + keptBytes });
    usedBytes += keptBytes;
  }
  return { endMs: minutes * MINUTE_MS, collections, heaps, samples };
}

test('only the trailing window of the lane’s life counts', () => {
  const { ticks, seconds, byKind } = takeAccount(reportOf(10), 4 * MINUTE_MS);
  assert.equal(ticks, 40);
  assert.equal(seconds, 240);
  assert.deepEqual(byKind.minor, { count: 4, totalMs: 7 + 8 + 9 + 10, longestMs: 10 });
  assert.deepEqual(byKind.major, { count: 0, totalMs: 0, longestMs: 0 });
});

test('major and minor collections are counted separately', () => {
  const report = reportOf(10);
  const collections = report.collections.map((one, i) => (i === 8 ? { ...one, kind: MAJOR } : one));
  const { byKind } = takeAccount({ ...report, collections }, 4 * MINUTE_MS);
  assert.equal(byKind.major.count, 1);
  assert.equal(byKind.minor.count, 3);
});

test('an unknown kind of collection counts as other', () => {
  const report = reportOf(10);
  const collections = report.collections.map((one) => ({ ...one, kind: 1_024 }));
  assert.equal(takeAccount({ ...report, collections }, 4 * MINUTE_MS).byKind.other.count, 4);
});

test('allocation per tick is the heap growth between collections, kept or not', () => {
  assert.equal(takeAccount(reportOf(10), 4 * MINUTE_MS).allocatedBytesPerTick, 10_000);
  assert.equal(takeAccount(reportOf(10, 3_000), 4 * MINUTE_MS).allocatedBytesPerTick, 10_300);
});

test('a heap that retains memory is reported as growing', () => {
  assert.equal(takeAccount(reportOf(10), 4 * MINUTE_MS).growthBytesPerMinute, 0);
  const { growthBytesPerMinute, heapIs } = takeAccount(reportOf(10, 3_000), 4 * MINUTE_MS);
  assert.equal(Math.round(growthBytesPerMinute), 3_000);
  assert.equal(heapIs, 'after collections');
});

test('with few collections, growth is measured by the heap between ticks', () => {
  const { heapIs, growthBytesPerMinute } = takeAccount(reportOf(10, 3_000), 2 * MINUTE_MS);
  assert.equal(heapIs, 'between ticks');
  assert.equal(Math.round(growthBytesPerMinute), 3_000);
});

test('collections after the end of the lane do not count', () => {
  const report = reportOf(10);
  const late = { kind: MAJOR, startMs: report.endMs + 1, durationMs: 30 };
  const { byKind } = takeAccount({ ...report, collections: [...report.collections, late] }, 4 * MINUTE_MS);
  assert.equal(byKind.major.count, 0);
});

test('different collection counts from the two sources are an error', () => {
  const report = reportOf(10);
  assert.throws(
    () => takeAccount({ ...report, heaps: report.heaps.slice(1) }, 4 * MINUTE_MS),
    /saw 10 collections, v8.GCProfiler 9/,
  );
});

test('a lane without samples is an error', () => {
  assert.throws(() => takeAccount({ ...reportOf(10), samples: [] }, MINUTE_MS), /not seen often enough/);
});
