import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../bench/fleet/random.js';
import { judgeResources } from '../../soak/judge-resources.js';
import type { Sample } from '../../soak/resources.js';
import { failuresOf } from '../../soak/table.js';

const HELD = { threads: 14, descriptors: ['/proc/stat', 'socket:[N]'], anonymousKb: 30_000 };

/** Samples over `minutes` in which memory grows by `mbAMinute` with noise of 2 MB; for a tenth of the time a fault takes 40 MB. */
function samples(minutes: number, mbAMinute: number): Sample[] {
  const random = seededRandom(5);
  return Array.from({ length: minutes * 30 }, (_each, index) => {
    const fault = index % 50 < 5 ? 40e6 : 0;
    const bytes = 85e6 + (mbAMinute * 1e6 * index) / 30 + 2e6 * random() + fault;
    return {
      atMs: index * 2_000,
      rssBytes: bytes,
      anonymousBytes: bytes / 2,
      threads: 14,
      descriptors: 40,
      children: 0,
      cpuMs: index * 20,
      isFaulty: fault > 0,
    };
  });
}

const failures = (evidence: Partial<Parameters<typeof judgeResources>[0]>): string[] =>
  failuresOf([judgeResources({ samples: samples(30, 0), before: HELD, after: HELD, ...evidence })]);

test('noisy memory that rises during a fault has not grown', () => {
  assert.deepEqual(failures({}), []);
  assert.deepEqual(failures({ samples: samples(2, 0) }), []);
});

test('one more thread or two more descriptors than before are found', () => {
  assert.match(failures({ after: { ...HELD, threads: 15 } }).join(), /threads/);
  const descriptors = [...HELD.descriptors, 'socket:[N]', '/tmp/file'];
  assert.match(failures({ after: { ...HELD, descriptors } }).join(), /descriptors/);
  assert.deepEqual(failures({ after: { ...HELD, descriptors: descriptors.slice(0, 3) } }), []);
});

test('without samples nothing passes', () => {
  assert.equal(failures({ samples: [] }).length, 1);
});
