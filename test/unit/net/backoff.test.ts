import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { backoffMs } from '../../../workers/net/backoff.js';

const BACKOFF = { baseMs: 30_000, capMs: 300_000, floorMs: 1_000 };
const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

describe('backoffMs', () => {
  it('doubles its ceiling with each failure, up to the cap', () => {
    const ceilings = [1, 2, 3, 4, 5, 100].map((failures) => backoffMs(failures, BACKOFF, () => 1));
    assert.deepEqual(ceilings, [60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
  });

  it('spreads evenly from the floor to the ceiling', () => {
    const waits = [0, 0.25, 0.5, 1].map((share) => backoffMs(2, BACKOFF, () => share));
    assert.deepEqual(waits, [1_000, 30_750, 60_500, 120_000]);
  });

  it('never waits less than the floor, even if the ceiling is lower', () => {
    const low = { baseMs: 100, capMs: 300_000, floorMs: 1_000 };
    assert.equal(
      backoffMs(1, low, () => 0),
      1_000,
    );
    assert.equal(
      backoffMs(1, low, () => 1),
      1_000,
    );
  });

  it('stays finite and between floor and cap after any number of failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), chance, (failures, share) => {
        const waitMs = backoffMs(failures, BACKOFF, () => share);
        assert.ok(waitMs >= BACKOFF.floorMs && waitMs <= BACKOFF.capMs, String(waitMs));
      }),
    );
  });
});
