import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Arrivals } from '../../../bench/fleet/arrivals.js';
import { BackendLog } from '../../../bench/fleet/backend-log.js';

function arrivalsAt(...timesMs: number[]): Arrivals {
  const arrivals = new Arrivals();
  for (const timeMs of timesMs) arrivals.add(timeMs);
  return arrivals;
}

describe('the traffic', () => {
  it('takes its peak over any one-second window', () => {
    const { meanRps, peakRps } = arrivalsAt(100, 900, 1_000, 1_050, 3_000).traffic(0, 4_000);
    assert.deepEqual([meanRps, peakRps], [1.25, 4]);
  });

  it('counts arrivals exactly one second apart in different windows', () => {
    assert.equal(arrivalsAt(0, 1_000).traffic(0, 4_000).peakRps, 1);
    assert.equal(arrivalsAt(0, 999.9).traffic(0, 4_000).peakRps, 2);
  });

  it('assigns a window to the interval in which it ends', () => {
    const arrivals = arrivalsAt(1_800, 1_900, 2_100);
    assert.deepEqual(arrivals.traffic(2_000, 4_000), { meanRps: 0.5, peakRps: 3 });
    assert.deepEqual(arrivals.traffic(0, 2_000), { meanRps: 1, peakRps: 2 });
  });

  it('has the same peak as a brute-force count', () => {
    const times = fc.array(fc.integer({ min: 0, max: 5_000 }), { minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(times, (unordered) => {
        const timesMs = unordered.toSorted((a, b) => a - b);
        const counts = timesMs.map((last) => timesMs.filter((at) => at > last - 1_000 && at <= last).length);
        assert.equal(arrivalsAt(...timesMs).traffic(0, 5_001).peakRps, Math.max(...counts));
      }),
    );
  });

  it('reports the mean rate of each step', () => {
    assert.deepEqual(arrivalsAt(0, 1, 9_999, 10_000).series(0, 20_000, 10_000), [0.3, 0.1]);
  });
});

describe("the backend's log", () => {
  const OK = { kind: 'answered', status: 200 } as const;

  it('reports when a share of the hosts had been accepted, and Infinity if it never was', () => {
    const log = new BackendLog(4, 1_000);
    log.add(0, 500, OK);
    log.add(1, 1_500, OK);
    log.add(2, 2_000, { kind: 'answered', status: 503 });
    log.add(3, 2_500, OK);
    log.add(1, 3_500, OK);
    assert.deepEqual(log.heardAfterMs([0.25, 0.5, 0.75]), [500, 1_500, Number.POSITIVE_INFINITY]);
  });

  it('tracks the longest silence of any host', () => {
    const log = new BackendLog(2, 0);
    log.add(0, 0, OK);
    log.add(1, 5_000, OK);
    log.add(0, 7_000, { kind: 'refused' });
    log.add(1, 9_000, OK);
    assert.equal(log.longestSilenceMs, 4_000);
    log.add(0, 10_000, OK);
    assert.equal(log.longestSilenceMs, 10_000);
  });

  it('counts requests that arrive before their Retry-After', () => {
    const log = new BackendLog(1, 0);
    const away = { kind: 'answered', status: 429, notBeforeMs: 5_000 } as const;
    log.add(0, 1_000, away);
    log.add(0, 4_999, away);
    log.add(0, 5_000, OK);
    log.add(0, 5_001, OK);
    assert.equal(log.tooEarly, 1);
  });
});
