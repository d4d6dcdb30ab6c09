import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../bench/fleet/random.js';
import { theilSen } from '../../soak/slope.js';

const line = (count: number, slope: number, noise: () => number = () => 0) =>
  Array.from({ length: count }, (_each, x) => ({ x, y: 100 + slope * x + noise() }));

test('the slope of an exact line is found', () => {
  const { value, low, high } = theilSen(line(50, 2));
  for (const each of [value, low, high]) assert.ok(Math.abs(each - 2) < 1e-9);
});

test('a quarter of outliers hardly changes the slope', () => {
  const points = line(200, 0.5).map((point) => (point.x % 4 === 0 ? { ...point, y: 1e6 } : point));
  assert.ok(Math.abs(theilSen(points).value - 0.5) < 0.02);
});

test('the bounds contain the slope of a noisy line in about 95 % of cases', () => {
  const random = seededRandom(1);
  let inside = 0;
  for (let i = 0; i < 200; i++) {
    const { low, high } = theilSen(line(40, 1, () => 10 * (random() - 0.5)));
    if (low <= 1 && 1 <= high) inside++;
  }
  assert.ok(inside >= 180 && inside < 200, String(inside));
});

test('thousands of points are thinned out evenly', () => {
  assert.ok(Math.abs(theilSen(line(100_000, 3)).value - 3) < 1e-9);
});

test('the slope of two points is unknown', () => {
  assert.ok(Number.isNaN(theilSen(line(2, 1)).value));
});
