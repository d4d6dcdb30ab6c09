import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Column, type Points, perColumn, type Row, Series } from '../../../src/page/series.js';

/** A row in which every column has this value. */
const row = (value: number | null, others: Partial<Record<Column, number | null>> = {}): Row => ({
  ...perColumn(() => value),
  ...others,
});
/** Points in which every column has these values. */
const pointsAt = (timesMs: readonly number[], values: readonly (number | null)[]): Points => ({
  timesMs,
  columns: perColumn(() => values),
});
const pointsOf = ({ timesMs, columns }: Points, column: Column) =>
  timesMs.map((timeMs, i) => [timeMs, columns[column][i]]);

test('samples within one step are one point, with the mean of the means and the highest peak', () => {
  const series = new Series(60_000, 1_000);
  for (const [timeMs, value] of [
    [5_000, 10],
    [5_400, 40],
    [5_900, 10],
    [6_100, 2],
  ] as const)
    series.append(timeMs, row(value), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [
    [5_900, 20],
    [6_100, 2],
  ]);
  assert.deepEqual(pointsOf(series, 'burst'), [
    [5_900, 40],
    [6_100, 2],
  ]);
});

test('an unknown value changes no known one, and a point of only unknown values is unknown', () => {
  const series = new Series(60_000, 1_000);
  series.append(5_000, row(null, { cpu: 30 }), 50);
  series.append(5_500, row(null), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [[5_500, 30]]);
  assert.deepEqual(pointsOf(series, 'burst'), [[5_500, null]]);
  series.append(5_600, row(8, { cpu: 10 }), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [[5_600, 20]]);
  assert.deepEqual(pointsOf(series, 'burst'), [[5_600, 8]]);
});

test('time without samples is a gap, but a slow cadence is not', () => {
  const series = new Series(60_000, 50);
  series.append(1_000, row(1), 50);
  series.append(1_900, row(2), 50);
  series.append(4_000, row(3), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [
    [1_000, 1],
    [1_900, 2],
    [1_901, null],
    [4_000, 3],
  ]);
  const slow = new Series(60_000, 50);
  slow.append(1_000, row(1), 2_000);
  slow.append(3_000, row(2), 2_000);
  assert.deepEqual(pointsOf(slow, 'cpu'), [
    [1_000, 1],
    [3_000, 2],
  ]);
});

test('a sample that is not newer than the last one is dropped', () => {
  const series = new Series(60_000, 50);
  series.append(1_000, row(1), 50);
  series.append(1_000, row(2), 50);
  series.append(900, row(3), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [[1_000, 1]]);
});

test('appended samples continue the loaded points', () => {
  const series = new Series(60_000, 1_000);
  series.append(1_500, row(99), 50);
  series.load(pointsAt([1_000, 2_000], [7, null]));
  series.append(2_500, row(5), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [
    [1_000, 7],
    [2_500, 5],
  ]);
});

test('points before the first loaded one are kept, with a gap where there was one', () => {
  const series = new Series(60_000, 50);
  for (const timeMs of [1_000, 1_050, 1_100, 9_000, 9_050]) series.append(timeMs, row(1), 50);
  const seen = [
    [1_000, 1],
    [1_050, 1],
    [1_100, 1],
    [1_101, null],
  ];
  series.load(pointsAt([8_900, 9_060], [2, 3]));
  const loaded = [
    [8_900, 2],
    [9_060, 3],
  ];
  assert.deepEqual(pointsOf(series, 'cpu'), [...seen, ...loaded]);
  series.load(pointsAt([9_080], [4]));
  assert.deepEqual(pointsOf(series, 'cpu'), [...seen, ...loaded, [9_080, 4]]);
  series.load(pointsAt([20_000, 20_050], [5, 6]));
  assert.deepEqual(pointsOf(series, 'cpu').slice(-4), [
    [9_080, 4],
    [9_081, null],
    [20_000, 5],
    [20_050, 6],
  ]);
  series.load(pointsAt([], []));
  assert.equal(series.endMs, 20_050);
});

test('repeated loads of a short history do not shorten the range', () => {
  const series = new Series(60_000, 50);
  for (let nowMs = 100_000; nowMs < 190_000; nowMs += 50) {
    series.append(nowMs, row(1), 50);
    if (nowMs % 10_000 === 0) {
      const timesMs = Array.from({ length: 40 }, (_, i) => nowMs - 50 * (39 - i));
      series.load(
        pointsAt(
          timesMs,
          timesMs.map(() => 2),
        ),
      );
    }
  }
  const shown = pointsOf(series, 'cpu').filter(([timeMs]) => timeMs! >= series.endMs - 60_000);
  assert.ok(shown.length >= 1_200 && shown.length <= 1_210, String(shown.length));
  assert.ok(shown.every(([, value]) => value !== null));
  assert.ok(series.timesMs.length <= 1_200 + 64 + 10);
});

test('a cleared series starts empty', () => {
  const series = new Series(60_000, 50);
  series.append(1_000, row(1), 50);
  series.clear();
  series.append(500, row(2), 50);
  assert.deepEqual(pointsOf(series, 'cpu'), [[500, 2]]);
});

test('for any samples, times ascend, columns have equal length, and memory is bounded', () => {
  const sample = fc.record({
    stepMs: fc.integer({ min: -5_000, max: 30_000 }),
    value: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
  });
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 400 }), (samples) => {
      const series = new Series(60_000, 500);
      let timeMs = 1_000_000;
      for (const { stepMs, value } of samples) {
        timeMs += stepMs;
        series.append(timeMs, row(value), 50);
      }
      for (let i = 1; i < series.timesMs.length; i++) assert.ok(series.timesMs[i]! > series.timesMs[i - 1]!);
      for (const values of Object.values(series.columns)) {
        assert.equal(values.length, series.timesMs.length);
        for (const value of values) assert.ok(value === null || (value >= 0 && value <= 100));
      }
      // A point for each step, as many gaps, and some slack.
      assert.ok(series.timesMs.length <= 2 * 120 + 64 + 2, String(series.timesMs.length));
    }),
  );
});

test('15 minutes at 20 samples a second are kept as one point per step', () => {
  const series = new Series(900_000, 1_000);
  for (let i = 0; i < 20 * 1_800; i++) series.append(1_000_000 + 50 * i, row(i % 20 === 7 ? 100 : 5), 50);
  assert.ok(series.timesMs.length <= 900 + 64 + 2, String(series.timesMs.length));
  assert.ok(series.columns.burst.slice(-900).every((value) => value === 100));
  assert.ok(
    series.columns.cpu.slice(-900, -1).every((value) => value !== null && Math.abs(value - 9.75) < 1e-9),
  );
});
