import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CORE_COLUMNS } from '../../../workers/proc/stat-cores.js';
import { CoreShares } from '../../../workers/rates/core-shares.js';

/** The core's number, user, softirq and total ticks; the rest of the total is idle. */
type Line = readonly [number, number, number, number];

/** The line as it is parsed: the number, then user, nice, system, idle, iowait, irq, softirq, steal. */
function columnsOf([number, user, softirq, total]: Line): number[] {
  return [number, user, 0, 0, total - user - softirq, 0, 0, softirq, 0];
}

function push(shares: CoreShares, lines: readonly Line[]): void {
  // After the lines comes leftover data from an earlier reading of more cores.
  const room = new Float64Array((lines.length + 2) * CORE_COLUMNS).fill(7);
  room.set(lines.flatMap(columnsOf));
  shares.push(room, lines.length);
}

function told(shares: CoreShares): object {
  const { hottestCore, hottestPct, interruptedCore, interruptedPct } = shares;
  return { hottest: [hottestCore, hottestPct], interrupted: [interruptedCore, interruptedPct] };
}

const UNKNOWN = { hottest: [Number.NaN, Number.NaN], interrupted: [Number.NaN, Number.NaN] };

describe('CoreShares', () => {
  it('is unknown at the first reading and after a failed one', () => {
    const shares = new CoreShares();
    push(shares, [[0, 10, 0, 100]]);
    assert.deepEqual(told(shares), UNKNOWN);
    push(shares, [[0, 60, 0, 200]]);
    assert.deepEqual(told(shares), { hottest: [0, 50], interrupted: [0, 0] });
    shares.miss();
    assert.deepEqual(told(shares), UNKNOWN);
  });

  it('distinguishes the busy core from the interrupted one', () => {
    const shares = new CoreShares();
    push(shares, [
      [0, 0, 0, 0],
      [1, 0, 0, 0],
      [2, 0, 0, 0],
    ]);
    push(shares, [
      [0, 10, 85, 100],
      [1, 99, 0, 100],
      [2, 50, 50, 100],
    ]);
    assert.deepEqual(told(shares), { hottest: [1, 99], interrupted: [0, 85] });
  });

  it('compares each core with itself when cores come and go', () => {
    const shares = new CoreShares();
    push(shares, [
      [0, 0, 0, 0],
      [1, 900, 0, 1_000],
      [3, 500, 0, 1_000],
    ]);
    push(shares, [
      [0, 20, 0, 100],
      [2, 90_000, 0, 90_000],
      [3, 530, 40, 1_100],
      [4, 70_000, 0, 70_000],
    ]);
    assert.deepEqual(told(shares), { hottest: [3, 30], interrupted: [3, 40] });
    push(shares, [
      [2, 90_080, 0, 90_100],
      [4, 70_010, 0, 70_100],
    ]);
    assert.deepEqual(told(shares), { hottest: [2, 80], interrupted: [2, 0] });
  });

  it('excludes a core that stood still, and one whose counters decreased', () => {
    const shares = new CoreShares();
    push(shares, [
      [0, 50, 5, 100],
      [1, 50, 5, 100],
      [2, 50, 5, 100],
      [3, 50, 5, 100],
    ]);
    push(shares, [
      [0, 50, 5, 100],
      [1, 40, 5, 200],
      [2, 150, 4, 200],
      [3, 51, 5, 200],
    ]);
    assert.deepEqual(told(shares), { hottest: [3, 1], interrupted: [3, 0] });
  });

  it('counts steal, nice and system as work, irq with softirq, and iowait as idle', () => {
    const shares = new CoreShares();
    const step = Float64Array.of(0, 1, 2, 4, 60, 20, 5, 3, 5);
    shares.push(new Float64Array(CORE_COLUMNS), 1);
    shares.push(step, 1);
    assert.deepEqual(told(shares), { hottest: [0, 12], interrupted: [0, 8] });
  });

  it('excludes a core if any of its counters decreased, even if the sums rose', () => {
    const shares = new CoreShares();
    const first = Float64Array.of(0, 500, 0, 0, 500, 200, 0, 0, 0);
    shares.push(first, 1);
    shares.push(Float64Array.of(0, 520, 0, 0, 580, 120, 0, 0, 0), 1);
    assert.deepEqual(told(shares), UNKNOWN);
    shares.push(Float64Array.of(0, 470, 0, 60, 700, 120, 0, 0, 0), 1);
    assert.deepEqual(told(shares), UNKNOWN);
    shares.push(Float64Array.of(0, 480, 0, 60, 790, 120, 0, 0, 0), 1);
    assert.deepEqual(told(shares), { hottest: [0, 10], interrupted: [0, 0] });
  });

  it('reports idle cores as idle, not as unknown', () => {
    const shares = new CoreShares();
    push(shares, [[5, 1, 1, 100]]);
    push(shares, [[5, 1, 1, 200]]);
    assert.deepEqual(told(shares), { hottest: [5, 0], interrupted: [5, 0] });
  });
});
