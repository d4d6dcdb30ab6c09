import assert from 'node:assert/strict';
import { test } from 'node:test';
import { T, TELEMETRY_NUMBERS } from '../../../src/shared/fields.js';
import { frameStaleAfterMs, isFrameStale } from '../../../src/shared/pace.js';

test('the age limit of a frame is two seconds, or three intervals if that is longer', () => {
  assert.equal(frameStaleAfterMs(1), 2_000);
  assert.equal(frameStaleAfterMs(50), 2_000);
  assert.equal(frameStaleAfterMs(1_000), 3_000);
  assert.equal(frameStaleAfterMs(10_000), 30_000);
});

for (const [what, intervalMs, gapMs, limitMs] of [
  ['the interval that it tells', 10_000, 10_000, 30_000],
  ['the gap before it, where reading takes longer than the interval', 50, 1_400, 4_200],
] as const) {
  test(`the age limit of a frame follows ${what}`, () => {
    const numbers = new Float64Array(TELEMETRY_NUMBERS.length);
    numbers[T.sampled_mono_ms] = 5_000;
    numbers[T.interval_ms] = intervalMs;
    numbers[T.gap_ms] = gapMs;
    assert.equal(isFrameStale(numbers, 5_000 + limitMs), false);
    assert.equal(isFrameStale(numbers, 5_001 + limitMs), true);
  });
}
