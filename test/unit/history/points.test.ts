import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { layPoints, type Points, planPoints } from '../../../src/history/points.js';
import type { HistoryQuery } from '../../../src/history/query.js';
import { summarize } from '../../../src/history/summarize.js';
import { everyMs, historyOf, recorderOf, type TestRow, WALL_AHEAD_MS } from '../../support/history-rows.js';

const GAP_MS = 2_000;

/** The parts of an answer at `nowMs`. */
function lay(rows: readonly TestRow[], query: HistoryQuery, nowMs: number, rowMs = 50) {
  const plan = planPoints(query, nowMs, rowMs);
  const history = recorderOf(rows).since(plan.fromMs);
  const points = layPoints(history, plan);
  return { plan, history, points, cpu: summarize(history.columns[0]!, points) };
}

function rowsIn(points: Points): number[] {
  return [...points.timeMs].map((_, i) => points.firstRow[i + 1]! - points.firstRow[i]!);
}

/** Realistic samples: mostly on time, sometimes late, with occasional gaps. */
const arbitraryRows = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        { weight: 20, arbitrary: fc.double({ min: 49, max: 51, noNaN: true }) },
        { weight: 2, arbitrary: fc.double({ min: 10, max: 500, noNaN: true }) },
        { weight: 1, arbitrary: fc.double({ min: 1_000, max: 20_000, noNaN: true }) },
      ),
      cpu_pct: fc.oneof(
        { weight: 9, arbitrary: fc.float({ min: 0, max: 100, noNaN: true }) },
        { weight: 1, arbitrary: fc.constant(Number.NaN) },
      ),
    }),
    { maxLength: 400 },
  )
  .map((steps) => {
    let atMs = 1_000_000;
    return steps.map(({ afterMs, cpu_pct }): TestRow => {
      atMs += afterMs;
      return { atMs, cpu_pct };
    });
  });
const arbitraryQuery = fc.record({
  seconds: fc.integer({ min: 1, max: 120 }),
  points: fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 5_000 })),
});
/** The age of the newest row at the time of the query. */
const arbitraryAge = fc.oneof(
  fc.double({ min: 0, max: 100, noNaN: true }),
  fc.double({ min: 0, max: 30_000, noNaN: true }),
);

function newestMs(rows: readonly TestRow[]): number {
  return rows.at(-1)?.atMs ?? 1_000_000;
}

test('at most the requested points, each row in exactly one of them, times ascending', () => {
  fc.assert(
    fc.property(arbitraryRows, arbitraryQuery, arbitraryAge, (rows, query, ageMs) => {
      const nowMs = newestMs(rows) + ageMs;
      const { points, plan, history } = lay(rows, query, nowMs);
      assert.ok(points.timeMs.length <= query.points);
      assert.ok(plan.fromMs <= nowMs - query.seconds * 1_000);
      assert.equal(points.rows, rows.filter(({ atMs }) => atMs >= plan.fromMs).length);
      assert.equal(points.rows, history.rows);
      assert.equal(points.firstRow.length, points.timeMs.length + 1);
      assert.equal(points.timeMs.length === 0 || points.firstRow[0] === 0, true);
      assert.equal(points.firstRow[points.timeMs.length], points.rows);
      for (const [i, count] of rowsIn(points).entries()) {
        assert.ok(count >= 0);
        if (i > 0) assert.ok(points.timeMs[i]! > points.timeMs[i - 1]!);
        if (count > 0)
          assert.equal(points.timeMs[i], history.wallMs[points.firstRow[i + 1]! - 1], 'its newest row');
        assert.ok(points.timeMs[i]! <= nowMs + WALL_AHEAD_MS);
        const agoMs = nowMs + WALL_AHEAD_MS - points.timeMs[i]!;
        assert.ok(Math.abs(points.ageMs[i]! - agoMs) < 0.01, 'the two clocks go alike');
      }
    }),
    { numRuns: 300 },
  );
});

test('every peak survives, no mean exceeds it, and the weighted means add up to the total mean', () => {
  fc.assert(
    fc.property(arbitraryRows, arbitraryQuery, arbitraryAge, (rows, query, ageMs) => {
      const { points, cpu, history } = lay(rows, query, newestMs(rows) + ageMs);
      const known = [...history.columns[0]!].filter((value) => !Number.isNaN(value));
      const peaks = [...cpu.max].filter((value) => !Number.isNaN(value));
      assert.equal(Math.max(...peaks), Math.max(...known));
      let sum = 0;
      for (const [i, count] of rowsIn(points).entries()) {
        const values = [...history.columns[0]!.subarray(points.firstRow[i], points.firstRow[i]! + count)];
        const knownHere = values.filter((value) => !Number.isNaN(value));
        assert.equal(Number.isNaN(cpu.mean[i]!), knownHere.length === 0);
        assert.equal(Number.isNaN(cpu.max[i]!), knownHere.length === 0);
        if (knownHere.length === 0) continue;
        assert.ok(cpu.mean[i]! <= cpu.max[i]! + 1e-9);
        assert.equal(cpu.max[i], Math.max(...knownHere));
        sum += cpu.mean[i]! * knownHere.length;
      }
      const expected = known.reduce((total, value) => total + value, 0);
      assert.ok(Math.abs(sum - expected) < 1e-6 * Math.max(1, expected));
    }),
    { numRuns: 300 },
  );
});

test('rows that share a point share it in every later answer, and the oldest point is complete', () => {
  fc.assert(
    fc.property(
      arbitraryRows,
      fc.record({ seconds: fc.integer({ min: 5, max: 120 }), points: fc.integer({ min: 2, max: 90 }) }),
      fc.double({ min: 0, max: 5_000, noNaN: true }),
      (rows, query, laterMs) => {
        const firstNowMs = newestMs(rows);
        const stepMs = planPoints(query, firstNowMs, 50).stepMs;
        fc.pre(stepMs > 50);
        const tell = (nowMs: number): Map<number, string> => {
          const { points, cpu, history } = lay(rows, query, nowMs);
          const told = rowsIn(points).map((count, i): [number, string] => [
            Math.floor(history.monoMs[points.firstRow[i]!]! / stepMs),
            `${count} ${cpu.mean[i]} ${cpu.max[i]} ${points.timeMs[i]}`,
          ]);
          return new Map(told.filter(([, text]) => !text.startsWith('0 ')));
        };
        const first = tell(firstNowMs);
        for (const [bucket, text] of tell(firstNowMs + laterMs)) assert.equal(text, first.get(bucket));
      },
    ),
    { numRuns: 300 },
  );
});

test('the oldest point begins at its step boundary, not at the start of the requested range', () => {
  const nowMs = 107_345;
  const { plan, points } = lay(everyMs(50, 200, 100_000), { seconds: 5, points: 6 }, nowMs);
  assert.deepEqual([plan.stepMs, plan.fromMs], [1_000, 102_000]);
  assert.deepEqual(rowsIn(points), [20, 20, 20, 20, 20, 7]);
});

test('with no more rows than points, each row is a point whose mean and max are its value', () => {
  const rows = everyMs(50, 200, 333);
  const { points, cpu } = lay(rows, { seconds: 10, points: 600 }, 333 + 199 * 50);
  assert.equal(points.stepMs, 50);
  assert.deepEqual(
    [...points.timeMs],
    rows.map(({ atMs }) => atMs + WALL_AHEAD_MS),
  );
  assert.deepEqual([...cpu.mean], [...cpu.max]);
  assert.deepEqual(
    [...cpu.max],
    rows.map(({ cpu_pct }) => cpu_pct),
  );
});

test('slightly early or late rows fall into the right points and leave no gap', () => {
  const rows = everyMs(50, 400).map(({ atMs, cpu_pct = 0 }, i) => ({
    atMs: 10_000 + atMs + (i % 2 === 0 ? -0.4 : 0.4),
    cpu_pct,
  }));
  for (const points of [402, 380, 200, 100]) {
    const { points: laid } = lay(rows, { seconds: 20, points }, newestMs(rows));
    assert.ok(rowsIn(laid).every((count) => count > 0));
  }
});

test('rows from a faster sample interval in the past still fit', () => {
  const rows = [...everyMs(50, 1_000), ...everyMs(500, 20, 50_000)];
  const { points, cpu } = lay(rows, { seconds: 60, points: 300 }, newestMs(rows), 500);
  assert.ok(points.timeMs.length <= 300);
  assert.equal(points.stepMs, 201);
  assert.equal(Math.max(...cpu.max), 100);
  assert.ok(rowsIn(points).every((count) => count > 0));
});

test('a gap has points without values, and before the first row there is no point', () => {
  const rows = [...everyMs(50, 100, 100_000), ...everyMs(50, 100, 115_000)];
  const nowMs = newestMs(rows);
  const { points, cpu } = lay(rows, { seconds: 60, points: 61 }, nowMs);
  assert.equal(points.stepMs, 1_000);
  assert.deepEqual(rowsIn(points), [
    ...Array.from({ length: 5 }, () => 20),
    ...Array.from({ length: 10 }, () => 0),
    ...Array.from({ length: 5 }, () => 20),
  ]);
  assert.ok([...cpu.mean.subarray(5, 15)].every(Number.isNaN));
  assert.deepEqual(
    [...points.timeMs.subarray(5, 15)],
    Array.from({ length: 10 }, (_, i) => WALL_AHEAD_MS + 105_500 + i * 1_000),
  );
  const fine = lay(rows, { seconds: 60, points: 5_000 }, nowMs);
  assert.deepEqual(rowsIn(fine.points), [
    ...Array.from({ length: 100 }, () => 1),
    0,
    ...Array.from({ length: 100 }, () => 1),
  ]);
});

test('stopped sampling shows as a gap at the end, but a short pause does not', () => {
  const rows = everyMs(50, 100, 100_000);
  const blink = lay(rows, { seconds: 60, points: 61 }, newestMs(rows) + GAP_MS);
  assert.ok(rowsIn(blink.points).every((count) => count > 0));
  for (const points of [61, 2_000]) {
    const { points: laid } = lay(rows, { seconds: 60, points }, newestMs(rows) + GAP_MS + 1);
    assert.equal(rowsIn(laid).at(-1), 0);
    assert.ok(laid.timeMs.at(-1)! > newestMs(rows) + WALL_AHEAD_MS);
  }
});

test('without any row there is no point', () => {
  for (const points of [1, 2, 5_000]) {
    const { points: laid, cpu } = lay([], { seconds: 900, points }, 1_000_000);
    assert.deepEqual([laid.rows, laid.timeMs.length, cpu.mean.length], [0, 0, 0]);
  }
});

test('a row written after the answer was planned is left for the next answer', () => {
  const history = historyOf(everyMs(50, 3, 100_000));
  for (const points of [1, 2, 600]) {
    const plan = planPoints({ seconds: 60, points }, 100_060, 50);
    assert.equal(layPoints(history, plan).rows, 2);
  }
});
