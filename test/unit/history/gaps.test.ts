import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layPoints, planPoints } from '../../../src/history/points.js';
import { everyMs, recorderOf, type TestRow } from '../../support/history-rows.js';

/** A period of at least three samples at one interval. */
const arbitraryRegime = fc.record({
  intervalMs: fc.oneof(fc.integer({ min: 10, max: 1_000 }), fc.integer({ min: 1_000, max: 10_000 })),
  samples: fc.integer({ min: 3, max: 12 }),
});

/** Rows of several periods, each at one interval and after a pause; each sample is up to a tenth of the interval late. */
function atIntervals(
  regimes: readonly { readonly intervalMs: number; readonly samples: number; readonly pauseMs?: number }[],
): TestRow[] {
  let atMs = 1_000_000;
  return regimes.flatMap(({ intervalMs, samples, pauseMs = 0 }) => {
    atMs += pauseMs;
    return Array.from({ length: samples }, (_, i): TestRow => {
      atMs += intervalMs * (1 + (i % 3) / 20);
      return { atMs, cpu_pct: 1 };
    });
  });
}

/** The number of gaps in the points of an answer. */
function gapsOf(
  rows: readonly TestRow[],
  maxPoints: number,
  rowMs: number,
  nowMs = rows.at(-1)!.atMs,
): number {
  const seconds = Math.ceil((nowMs - rows[0]!.atMs) / 1_000) + 1;
  const plan = planPoints({ seconds, points: maxPoints }, nowMs, rowMs);
  const { firstRow, timeMs } = layPoints(recorderOf(rows).since(plan.fromMs), plan);
  const isEmpty = [...timeMs].map((_, i) => firstRow[i + 1] === firstRow[i]);
  return isEmpty.filter((empty, i) => empty && !isEmpty[i - 1]).length;
}

test('a change of interval is no gap, in any order of intervals', () => {
  fc.assert(
    fc.property(
      fc.array(arbitraryRegime, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(50, 8_000),
      fc.constantFrom(61, 5_000),
      (regimes, rowMs, points) => {
        assert.equal(gapsOf(atIntervals(regimes), points, rowMs), 0);
      },
    ),
    { numRuns: 500 },
  );
});

test('a pause without samples is the only gap, whatever the current interval', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          intervalMs: fc.integer({ min: 10, max: 3_000 }),
          before: fc.integer({ min: 3, max: 12 }),
          pauseMs: fc.integer({ min: 12_000, max: 60_000 }),
          after: fc.integer({ min: 3, max: 12 }),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      fc.constantFrom(50, 8_000),
      (times, rowMs) => {
        const rows = atIntervals(
          times.flatMap(({ intervalMs, before, pauseMs, after }) => [
            { intervalMs, samples: before },
            { intervalMs, samples: after, pauseMs },
          ]),
        );
        assert.equal(gapsOf(rows, 5_000, rowMs), times.length);
      },
    ),
    { numRuns: 500 },
  );
});

test('a lone sample between two gaps turns neither into an interval', () => {
  const rows = [...everyMs(50, 50, 100_000), { atMs: 120_000 }, ...everyMs(50, 50, 140_000)];
  for (const points of [61, 5_000]) assert.equal(gapsOf(rows, points, 50), 2);
});

test('oldest rows from a stretched interval that has just ended are no gap', () => {
  assert.equal(gapsOf([...everyMs(3_000, 3, 100_000), ...everyMs(50, 50, 106_050)], 5_000, 50), 0);
});

test('stalled sampling is judged by the longer of the previous and the current interval', () => {
  const slow = everyMs(5_000, 10, 100_000);
  for (const [rowMs, ageMs, gaps] of [
    [50, 15_000, 0],
    [50, 15_001, 1],
    [8_000, 24_000, 0],
    [8_000, 24_001, 1],
  ] as const)
    assert.equal(gapsOf(slow, 61, rowMs, slow.at(-1)!.atMs + ageMs), gaps);
});
