import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  burstsBetween,
  copyBurstCounters,
  countBurst,
  createBurstStatistics,
} from '../../src/shared/burst.js';
import { BURST_COUNTERS, FRAME_NUMBERS } from '../../src/shared/fields.js';

/** A busy share and how long it was observed. */
interface Seen {
  readonly pct: number;
  readonly ms: number;
}

class Rig {
  readonly numbers = new Float64Array(FRAME_NUMBERS);

  see(all: readonly Seen[]): void {
    for (const { pct, ms } of all) countBurst(this.numbers, pct, ms);
  }

  counters(): Float64Array {
    const out = new Float64Array(BURST_COUNTERS);
    copyBurstCounters(this.numbers, out);
    return out;
  }

  since(base: Float64Array): ReturnType<typeof createBurstStatistics> {
    const out = createBurstStatistics();
    burstsBetween(base, this.numbers, out);
    return out;
  }
}

const seen = fc.record({
  pct: fc.double({ min: 0, max: 100, noNaN: true }),
  ms: fc.integer({ min: 1, max: 100 }),
});

describe('the histogram of busy shares', () => {
  it('gives the same statistics for any interval as a list of all shares', () => {
    fc.assert(
      fc.property(
        fc.array(seen, { maxLength: 20 }),
        fc.array(seen, { minLength: 1, maxLength: 60 }),
        (before, after) => {
          const rig = new Rig();
          rig.see(before);
          const base = rig.counters();
          rig.see(after);
          const { seenMs, maxPct, p95Pct, meanPct, above90Ms } = rig.since(base);
          const sum = (of: (one: Seen) => number) => after.reduce((total, one) => total + of(one), 0);
          const allMs = sum(({ ms }) => ms);
          assert.equal(seenMs, allMs);
          assert.equal(maxPct, Math.ceil(Math.max(...after.map(({ pct }) => pct))));
          assert.ok(Math.abs(meanPct - sum(({ pct, ms }) => pct * ms) / allMs) < 1e-6);
          assert.equal(
            above90Ms,
            sum(({ pct, ms }) => (pct > 90 ? ms : 0)),
          );
          // At most 5 % of the time was above it, and more than 5 % was above the bucket below it.
          const aboveMs = (limit: number) => sum(({ pct, ms }) => (pct > limit ? ms : 0));
          assert.ok(aboveMs(p95Pct) <= 0.05 * allMs + 1e-6, `p95 ${p95Pct}`);
          if (p95Pct > 0) assert.ok(aboveMs(p95Pct - 1) > 0.05 * allMs - 1e-6, `p95 ${p95Pct}`);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reports NaN for an interval without observations', () => {
    const rig = new Rig();
    rig.see([{ pct: 50, ms: 100 }]);
    assert.deepEqual(rig.since(rig.counters()), {
      seenMs: 0,
      maxPct: Number.NaN,
      p95Pct: Number.NaN,
      meanPct: Number.NaN,
      above90Ms: Number.NaN,
    });
  });

  it('treats idle time as a known 0 %', () => {
    const rig = new Rig();
    const base = rig.counters();
    rig.see([{ pct: 0, ms: 500 }]);
    assert.deepEqual(rig.since(base), { seenMs: 500, maxPct: 0, p95Pct: 0, meanPct: 0, above90Ms: 0 });
  });

  it('counts no time for an unknown share', () => {
    const rig = new Rig();
    const base = rig.counters();
    rig.see([{ pct: Number.NaN, ms: 50 }]);
    assert.equal(rig.since(base).seenMs, 0);
    rig.see([{ pct: 10, ms: 50 }]);
    assert.equal(rig.since(base).seenMs, 50);
  });
});
