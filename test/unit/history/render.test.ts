import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HistoryRenderer } from '../../../src/history/render.js';
import type { Summary } from '../../../src/history/summarize.js';
import { HISTORY_COLUMNS } from '../../../src/shared/fields.js';

interface Body {
  readonly identifier: string;
  readonly columns: readonly string[];
  readonly time_ms: readonly number[];
  readonly age_ms: readonly number[];
  readonly mean: Readonly<Record<string, readonly (number | null)[]>>;
  readonly max: Readonly<Record<string, readonly (number | null)[]>>;
}

const LATEST_MS = Number.MAX_SAFE_INTEGER;

function rendered(timeMs: readonly number[], summaries: readonly Summary[], identifier = 'vps.t1'): Body {
  const bytes = new HistoryRenderer().render({
    head: { identifier },
    timeMs: Float64Array.from(timeMs),
    ageMs: Float64Array.from(timeMs, (each) => LATEST_MS - each),
    summaries,
  });
  return JSON.parse(Buffer.from(bytes).toString()) as Body;
}

function summariesOf(values: readonly number[]): Summary[] {
  return HISTORY_COLUMNS.map(() => ({
    mean: Float64Array.from(values),
    max: Float64Array.from(values, (value) => value / 2),
  }));
}

test('values are rounded, each in its column, and unknown ones are null', () => {
  const value = fc.oneof(
    fc.double({ min: 0, max: 100, noNaN: true }),
    fc.constantFrom(Number.NaN, 0, 0.04, 0.05, 9.95, 99.94, 99.95, 100),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 50 }), (values) => {
      const times = values.map((_, i) => 1_774_143_441_042 + i * 50.25);
      const body = rendered(times, summariesOf(values));
      assert.deepEqual(body.time_ms, times.map(Math.round));
      assert.deepEqual(
        body.age_ms,
        times.map((each) => Math.round(LATEST_MS - each)),
      );
      assert.deepEqual(Object.keys(body.mean), HISTORY_COLUMNS);
      assert.deepEqual(Object.keys(body.max), HISTORY_COLUMNS);
      for (const name of HISTORY_COLUMNS) {
        const scale = name === 'load_1' ? 100 : 10;
        const round = (each: number) => (Number.isNaN(each) ? null : Math.round(each * scale) / scale);
        assert.deepEqual(body.mean[name], values.map(round));
        assert.deepEqual(
          body.max[name],
          values.map((each) => round(each / 2)),
        );
      }
    }),
  );
});

test('out-of-range values are clamped', () => {
  const values = [-1, 1e30, 101, Number.POSITIVE_INFINITY, 12_345.678];
  const { mean } = rendered([1, 2, 3, 4, 5], summariesOf(values));
  assert.deepEqual(mean['cpu_pct'], [0, 100, 100, 100, 100]);
  assert.deepEqual(mean['load_1'], [0, 999_999, 101, 999_999, 12_345.68]);
});

test('the longest answer fits: 5,000 points of the longest values, and the longest identifier', () => {
  const identifier = '\u0001'.repeat(200);
  for (const value of [99.9, Number.NaN, 1e9]) {
    const values = Array.from({ length: 5_000 }, () => value);
    const body = rendered(
      values.map((_, i) => 9_007_199_254_735_000 + i),
      summariesOf(values),
      identifier,
    );
    assert.equal(body.identifier, identifier);
    assert.equal(body.max['pressure_io_full_pct']?.length, 5_000);
  }
});

test('without points every column is empty', () => {
  const { columns, time_ms, mean, max } = rendered([], summariesOf([]));
  assert.deepEqual([columns, time_ms], [HISTORY_COLUMNS, []]);
  for (const name of HISTORY_COLUMNS) assert.deepEqual([mean[name], max[name]], [[], []]);
});
