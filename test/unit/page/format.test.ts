import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topOf } from '../../../src/page/chart-specs.js';
import {
  bytes,
  decimal,
  duration,
  percent,
  shortTime,
  timeOfDay,
  UNKNOWN,
} from '../../../src/page/format.js';
import { perColumn, Series } from '../../../src/page/series.js';
import { pointText, summaryText } from '../../../src/page/summary.js';
import { isToken } from '../../../src/page/token.js';

test('numbers are shown with fixed decimals, and null as unknown', () => {
  assert.deepEqual(
    [0, 0.04, 99.96, 100].map((value) => percent(value)),
    ['0.0 %', '0.0 %', '100.0 %', '100.0 %'],
  );
  assert.equal(decimal(1.005, 2), '1.00');
  assert.deepEqual([0, 850, 3_120, 9_999, 45_000].map(shortTime), [
    '0 ms',
    '850 ms',
    '3.12 s',
    '10.00 s',
    '45.0 s',
  ]);
  assert.deepEqual([0, 999, 84_200_000, 1e15].map(bytes), ['0 B', '999 B', '84.2 MB', '1000.0 TB']);
  for (const format of [percent, shortTime, duration, bytes]) assert.equal(format(null), UNKNOWN);
});

test('a duration shows its two largest units', () => {
  const spans = [0, 0.9, 59, 60, 185, 7_800, 86_400, 3_560_000, -5];
  assert.deepEqual(spans.map(duration), [
    '0 s',
    '0 s',
    '59 s',
    '1 min',
    '3 min 5 s',
    '2 h 10 min',
    '1 d',
    '41 d 4 h',
    '0 s',
  ]);
});

test('the top of a chart is a round number at or above the peak', () => {
  assert.deepEqual(
    [0, 9, 10, 11, 23, 51, 100].map((value) => topOf(value, { leastTop: 10, unit: 'percent' })),
    [10, 10, 10, 20, 50, 100, 100],
  );
  assert.deepEqual(
    [0.3, 1.2, 5.4, 101, Number.NaN].map((value) => topOf(value, { leastTop: 1, unit: 'tasks' })),
    [1, 2, 10, 200, 1],
  );
  assert.equal(topOf(100.000_000_000_001, { leastTop: 100, unit: 'percent' }), 100);
});

const LINES = [
  { column: 'cpu', label: 'CPU', unit: 'percent', told: ['mean'] },
  { column: 'burst', label: 'burst', unit: 'percent', told: ['highest'] },
  { column: 'load', label: 'load', unit: 'tasks', told: [] },
] as const;

test('a summary covers only the range, and shows unknown values as unknown', () => {
  const series = new Series(60_000, 1_000);
  const row = (cpu: number, burst: number | null) => ({ ...perColumn(() => null), cpu, burst });
  series.append(1_000, row(100, 100), 50);
  series.append(70_000, row(10, 20), 50);
  series.append(71_000, row(20, null), 50);
  const at = timeOfDay(70_000);
  assert.equal(summaryText(series, LINES, 60_000), `Last minute: CPU mean 15.0 %; burst 20.0 % throughout.`);
  assert.equal(
    summaryText(series, LINES, 300_000),
    `Last 5 minutes: CPU mean 43.3 %; burst highest 100.0 % at ${timeOfDay(1_000)}.`,
  );
  const last = series.timesMs.length - 1;
  assert.equal(pointText(series, last - 1, LINES), `${at} · CPU 10.0 % · burst 20.0 % · load unknown`);
  assert.equal(
    summaryText(new Series(60_000, 1_000), LINES, 60_000),
    'Last minute: CPU unknown; burst unknown.',
  );
});

test('a value that dips is not summarized as constant, however short the dip', () => {
  const series = new Series(60_000, 50);
  for (let i = 0; i < 1_200; i++)
    series.append(1_000 + 50 * i, { ...perColumn(() => 100), burst: i === 700 ? 60 : 100 }, 50);
  assert.equal(
    summaryText(series, LINES.slice(0, 2), 60_000),
    `Last minute: CPU 100.0 % throughout; burst highest 100.0 % at ${timeOfDay(60_950)}.`,
  );
});

test('a token has only characters that a header can carry', () => {
  assert.ok(isToken('correct-horse-battery'));
  for (const text of ['', 'two words', 'schlüssel-schlüssel', 'new\nline-new-line'])
    assert.ok(!isToken(text), text);
});
