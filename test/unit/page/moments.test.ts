import assert from 'node:assert/strict';
import { test } from 'node:test';
import { momentAfterKey, nearest } from '../../../src/page/moments.js';

/** Points from 0 to 100 s, one per second; the last minute is shown. */
const SERIES = { timesMs: Array.from({ length: 101 }, (_, i) => 1_000 * i), rangeMs: 60_000, endMs: 100_000 };
const after = (key: string, fromMs: number | null) => momentAfterKey(key, fromMs, SERIES);

test('keys move by point, by page and to the ends, within the shown range', () => {
  assert.equal(after('ArrowLeft', null), 99_000);
  assert.equal(after('ArrowLeft', 99_000), 98_000);
  assert.equal(after('ArrowRight', 99_000), 100_000);
  assert.equal(after('ArrowRight', 100_000), 100_000);
  assert.equal(after('PageDown', 99_000), 94_000);
  assert.equal(after('PageUp', 94_000), 99_000);
  assert.equal(after('PageDown', 41_000), 40_000);
  assert.equal(after('Home', null), 40_000);
  assert.equal(after('ArrowLeft', 40_000), 40_000);
  assert.equal(after('End', 40_000), 100_000);
});

test('Escape returns to now, and other keys do nothing', () => {
  assert.equal(after('Escape', 50_000), null);
  for (const key of ['Tab', 'Enter', 'a', 'constructor']) assert.equal(after(key, null), undefined, key);
  assert.equal(momentAfterKey('ArrowLeft', null, { timesMs: [], rangeMs: 1, endMs: Number.NaN }), undefined);
});

test('a moment that no longer exists maps to the nearest one', () => {
  assert.equal(nearest(SERIES.timesMs, 41_400), 41);
  assert.equal(nearest(SERIES.timesMs, 41_600), 42);
  assert.equal(nearest(SERIES.timesMs, -5), 0);
  assert.equal(nearest(SERIES.timesMs, 1e9), 100);
  assert.equal(nearest([], 5), -1);
  assert.equal(after('ArrowRight', 41_400), 42_000);
});
