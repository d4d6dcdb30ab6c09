import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readHistory, trailingMeans } from '../../../src/page/past.js';
import { PastWanted } from '../../../src/page/past-wanted.js';
import { Recording } from '../../../src/page/recording.js';
import { readingOf } from './readings.js';

const at = (ms: number): { sampled_at: string } => ({ sampled_at: new Date(ms).toISOString() });
const START_MS = Date.parse('2026-03-22T01:00:00.000Z');

test('an answer of /history gives its peaks, and its means over a second', () => {
  const points = readHistory({
    now_ms: 2_600,
    age_ms: [1_600, 1_100, 600, 100],
    mean: { cpu_pct: [10, 30, null, 50], mem_pct: [1, 2, 3, 4] },
    max: { cpu_pct: [100, 30, null, 60], pressure_io_some_pct: [0, 0, 9, 0] },
  });
  assert.deepEqual(points?.timesMs, [1_000, 1_500, 2_000, 2_500]);
  assert.deepEqual(points?.columns.burst, [100, 30, null, 60]);
  assert.deepEqual(points?.columns.cpu, [10, 20, null, 50]);
  assert.deepEqual(points?.columns.pressureIo, [0, 0, 9, 0]);
  assert.deepEqual(points?.columns.swap, [null, null, null, null]);
});

test('a malformed history gives no points', () => {
  for (const body of [undefined, null, {}, { age_ms: 3, now_ms: 1 }, { age_ms: [1] }, { error: {} }])
    assert.equal(readHistory(body), null);
});

test('points are placed by age, however the clock was set', () => {
  const points = readHistory({
    now_ms: 50_000,
    time_ms: [9_000_100, 2_100, 2_600],
    age_ms: [20_000, 600, 100],
  });
  assert.deepEqual(points?.timesMs, [30_000, 49_400, 49_900]);
});

test('a mean over a second uses the known values of that second', () => {
  const timesMs = [0, 500, 1_000, 1_500, 2_000];
  assert.deepEqual(trailingMeans(timesMs, [10, 20, 30, null, 50], 1_000), [10, 15, 25, null, 50]);
});

test('a mean lies between its values, whatever came before', () => {
  const share = fc.double({ min: 0, max: 100, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.oneof(share, fc.constantFrom(0.1, 99.9, 100)), { maxLength: 200 }), (before) => {
      const values = [...before, ...Array.from({ length: 40 }, () => 100)];
      const means = trailingMeans(
        values.map((_, i) => 50 * i),
        values,
        1_000,
      );
      assert.ok(means.every((mean) => mean !== null && mean >= 0 && mean <= 100));
      assert.deepEqual(means.slice(-20), values.slice(-20));
    }),
  );
});

test('a clock that is set back shifts the earlier points with it', () => {
  const recording = new Recording();
  for (let i = 0; i < 40; i++)
    assert.notEqual(recording.add(readingOf(at(START_MS + 50 * i)), 50 * i), 'gap');
  assert.equal(recording.add(readingOf(at(START_MS - 3_600_000)), 2_000), 'gap');
  const { timesMs } = recording.of(1);
  assert.equal(timesMs.at(-1), START_MS - 3_600_000);
  assert.equal(timesMs.at(-2), START_MS - 3_600_000 - 50);
  assert.equal(timesMs.length, 41);
  for (let i = 1; i < timesMs.length; i++) assert.ok(timesMs[i]! > timesMs[i - 1]!);
});

test('points of another host are dropped', () => {
  const recording = new Recording();
  recording.add(readingOf(at(START_MS)), 0);
  recording.add(readingOf({ ...at(START_MS - 5_000), identifier: 'another.host' }), 1_000);
  for (const minutes of [1, 5, 15] as const)
    assert.deepEqual(recording.of(minutes).timesMs, [START_MS - 5_000]);
});

test('unseen time is a gap, and samples too far apart may have missed a burst', () => {
  const recording = new Recording();
  recording.add(readingOf(at(START_MS)), 0);
  assert.equal(recording.add(readingOf(at(START_MS + 100)), 100), 'nothing');
  assert.equal(recording.add(readingOf(at(START_MS + 350)), 350), 'peaks');
  assert.equal(recording.add(readingOf(at(START_MS + 60_000)), 60_000), 'gap');
});

test('the history is requested once, again if something is missing, and rarely for missed peaks', () => {
  const past = new PastWanted();
  assert.equal(past.path(5, 0), '/history?seconds=300&points=1000');
  assert.ok(past.answered(200, 0));
  assert.equal(past.path(5, 20_000), null);
  past.want();
  assert.equal(past.path(1, 21_000), '/history?seconds=60&points=1200');
  past.missedPeaks();
  assert.equal(past.path(1, 22_000), null);
  assert.equal(past.path(1, 31_000), '/history?seconds=60&points=1200');
});

test('a short history is requested in full, a disabled one only after the daemon changed', () => {
  const past = new PastWanted();
  past.path(15, 0);
  assert.ok(!past.answered(400, 0));
  assert.equal(past.path(15, 0), '/history?points=900');
  assert.ok(!past.answered(404, 0));
  past.want();
  assert.equal(past.path(15, 0), null);
  past.forget();
  assert.equal(past.path(15, 0), '/history?seconds=900&points=900');
});

test('a failed history request is retried, but not at once', () => {
  for (const status of [503, 500, null]) {
    const past = new PastWanted();
    assert.ok(past.path(1, 0) !== null);
    assert.ok(!past.answered(status, 100));
    assert.equal(past.path(1, 2_000), null);
    assert.ok(past.path(1, 2_200) !== null);
  }
});
