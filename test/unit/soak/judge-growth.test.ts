import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seededRandom } from '../../../bench/fleet/random.js';
import { judgeGrowth } from '../../soak/judge-growth.js';
import type { Sample } from '../../soak/resources.js';
import { failuresOf } from '../../soak/table.js';

/**
 * Samples over `minutes` in which the daemon holds `heldMb(minute)` on top of what every run has: a heap that grows by 3 MB and is
 * collected every two minutes, noise of 1 MB, and a fault that takes 40 MB for a tenth of the time.
 */
function samples(minutes: number, heldMb: (minute: number) => number, seed = 5): Sample[] {
  const random = seededRandom(seed);
  return Array.from({ length: minutes * 30 }, (_each, index) => {
    const isFaulty = index % 50 < 5;
    const heapMb = (3 * (index % 61)) / 61;
    const rssBytes = 1e6 * (85 + heldMb(index / 30) + heapMb + random() + (isFaulty ? 40 : 0));
    return {
      atMs: 4_000 + index * 2_000,
      rssBytes,
      anonymousBytes: rssBytes,
      threads: 14,
      descriptors: 40,
      children: 0,
      cpuMs: index * 20,
      isFaulty,
    };
  });
}

const rows = (all: readonly Sample[]) => judgeGrowth('RSS', all, ({ rssBytes }) => rssBytes);
const failures = (all: readonly Sample[]): string[] => failuresOf([{ title: '', rows: rows(all) }]);
const leak =
  (mbAnHour: number) =>
  (minute: number): number =>
    (mbAnHour * minute) / 60;

describe('in half an hour', () => {
  test('noisy memory that rises during a fault has not grown', () => {
    for (let seed = 0; seed < 50; seed++) assert.deepEqual(failures(samples(30, () => 0, seed)), []);
  });

  test('memory that grew by 20 MB and levelled off passes', () => {
    const levels = (minute: number): number => 20 * (1 - Math.exp(-minute / 4));
    assert.deepEqual(failures(samples(30, levels)), []);
    const stops = (minute: number): number => Math.min(minute, 18);
    assert.deepEqual(failures(samples(30, stops)), []);
  });

  test('growth of 20 MB an hour is found, which a slope over the whole run misses', () => {
    for (let seed = 0; seed < 50; seed++)
      assert.notDeepEqual(failures(samples(30, leak(20), seed)), [], `seed ${seed}`);
  });

  test('growth that begins in the last third is found', () => {
    const late = (minute: number): number => Math.max(0, minute - 20);
    assert.match(failures(samples(30, late)).join(), /last third/);
  });
});

test('in eight hours, growth of 6 MB an hour is found, and 4 MB pass', () => {
  assert.notDeepEqual(failures(samples(480, leak(6))), []);
  assert.deepEqual(failures(samples(480, leak(4))), []);
});

describe('in a short run', () => {
  test('growth of 150 kB a second is found, in one minute as well as in ten', () => {
    for (const minutes of [1, 2, 10])
      assert.match(failures(samples(minutes, leak(540))).join(), /slope/, `${minutes} minutes`);
  });

  test('less than that is not judged, and the table says so', () => {
    for (const minutes of [1, 2, 10, 19]) {
      const all = samples(minutes, leak(60));
      assert.deepEqual(failures(all), []);
      assert.match(JSON.stringify(rows(all)), /too short to judge/);
    }
    assert.doesNotMatch(JSON.stringify(rows(samples(20, leak(60)))), /too short to judge/);
  });
});

test('too few samples for a slope do not pass', () => {
  assert.equal(failures(samples(1, () => 0).slice(0, 2)).length, 1);
});
