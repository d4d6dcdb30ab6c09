import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../bench/fleet/random.js';
import { theilSen } from '../../soak/slope.js';

const line = (count: number, slope: number, noise: () => number = () => 0) =>
  Array.from({ length: count }, (_each, x) => ({ x, y: 100 + slope * x + noise() }));

test('the slope of a line is the line’s', () => {
  const { value, low, high } = theilSen(line(50, 2));
  for (const each of [value, low, high]) assert.ok(Math.abs(each - 2) < 1e-9);
});

test('a quarter of values that are far off moves it by next to nothing', () => {
  const points = line(200, 0.5).map((point) => (point.x % 4 === 0 ? { ...point, y: 1e6 } : point));
  assert.ok(Math.abs(theilSen(points).value - 0.5) < 0.02);
});

test('the bounds hold the slope of a line with noise 95 times of a hundred, or nearly so', () => {
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

test('of two points nothing is known', () => {
  assert.ok(Number.isNaN(theilSen(line(2, 1)).value));
});
