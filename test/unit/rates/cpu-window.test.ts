import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CPU_FIELDS } from '../../../workers/proc/stat.js';
import { CpuWindowRig } from '../../support/cpu-window-rig.js';
import { readExpected, SOUND_MACHINES } from '../../support/fixtures.js';

type CpuField = (typeof CPU_FIELDS)[number];

/** The counters of a machine, which a test advances. */
class Counters {
  readonly values = new Float64Array(CPU_FIELDS.length).fill(1_000);

  add(steps: Partial<Record<CpuField, number>>): Float64Array {
    for (const [field, step] of Object.entries(steps)) {
      this.values[CPU_FIELDS.indexOf(field as CpuField)]! += step;
    }
    return this.values;
  }
}

/** The share after one window in which the counters took these steps. */
function shareOf(steps: Partial<Record<CpuField, number>>): number {
  const counters = new Counters();
  const window = new CpuWindowRig(1_000, 1_000);
  window.push(counters.values, 0);
  window.push(counters.add(steps), 1_000);
  return window.pct;
}

function columns(values: readonly (number | null)[]): Float64Array {
  return Float64Array.from(values, (value) => value ?? Number.NaN);
}

describe('CpuWindow: busy time', () => {
  for (const machine of SOUND_MACHINES) {
    it(`gives the share of ${machine} over a second`, () => {
      const { cpu, cpu_later, cpu_pct } = readExpected(machine);
      const window = new CpuWindowRig(1_000, 50);
      window.push(columns(cpu), 0);
      window.push(columns(cpu_later), 1_000);
      assert.ok(Math.abs(window.pct - cpu_pct) < 1e-9, `${window.pct}, expected ${cpu_pct}`);
    });
  }

  for (const field of ['user', 'nice', 'system', 'irq', 'softirq', 'steal'] as const) {
    it(`counts ${field} as busy`, () => {
      assert.equal(shareOf({ [field]: 30, idle: 70 }), 30);
    });
  }

  it('counts iowait as idle', () => {
    assert.equal(shareOf({ user: 10, iowait: 60, idle: 30 }), 10);
  });

  it('is 0 on an idle machine and 100 on a busy one', () => {
    assert.equal(shareOf({ idle: 100 }), 0);
    assert.equal(shareOf({ user: 100 }), 100);
  });

  it('is unknown when no tick was counted', () => {
    assert.ok(Number.isNaN(shareOf({})));
  });

  it('works without the columns that an old kernel lacks', () => {
    const unknown = Number.NaN;
    const window = new CpuWindowRig(1_000, 1_000);
    window.push(Float64Array.of(10, 0, 10, 100, unknown, unknown, unknown, unknown), 0);
    window.push(Float64Array.of(30, 0, 20, 170, unknown, unknown, unknown, unknown), 1_000);
    assert.equal(window.pct, 30);
    assert.equal(window.number('cpu_total_ticks'), 100);
    assert.equal(window.anomalies, 0);
  });
});

describe('CpuWindow: a counter that decreases', () => {
  for (const [index, field] of CPU_FIELDS.entries()) {
    it(`restarts when ${field} decreases, and is unknown until a whole window has passed`, () => {
      const counters = new Counters();
      const window = new CpuWindowRig(200, 50);
      const shares: number[] = [];
      for (let atMs = 0; atMs <= 600; atMs += 50) {
        counters.add({ user: 1, idle: 3 });
        if (atMs === 300) counters.values[index]! -= 500;
        window.push(counters.values, atMs);
        shares.push(window.pct);
      }
      const unknown = [Number.NaN, Number.NaN, Number.NaN, Number.NaN];
      assert.deepEqual(shares, [...unknown, 25, 25, ...unknown, 25, 25, 25]);
      assert.equal(window.anomalies, 1);
    });
  }

  it('excludes such a step from the sums, and includes all others', () => {
    const counters = new Counters();
    const window = new CpuWindowRig(100, 50);
    window.push(counters.add({}), 0);
    window.push(counters.add({ user: 5, idle: 5 }), 50);
    window.push(counters.add({ user: 40, idle: -1 }), 100);
    window.push(counters.add({ user: 2, idle: 8 }), 150);
    assert.equal(window.number('cpu_busy_ticks'), 7);
    assert.equal(window.number('cpu_total_ticks'), 20);
    assert.equal(window.anomalies, 1);
  });

  it('counts each decrease', () => {
    const counters = new Counters();
    const window = new CpuWindowRig(100, 50);
    for (let atMs = 0; atMs <= 200; atMs += 50) window.push(counters.add({ iowait: -1, user: 5 }), atMs);
    assert.equal(window.anomalies, 4);
    assert.ok(Number.isNaN(window.pct));
  });
});

describe('CpuWindow: readings that fail', () => {
  it('is unknown while the counters cannot be read', () => {
    const counters = new Counters();
    const window = new CpuWindowRig(100, 50);
    for (let atMs = 0; atMs <= 200; atMs += 50) window.push(counters.add({ user: 1, idle: 1 }), atMs);
    assert.equal(window.pct, 50);
    window.miss();
    assert.ok(Number.isNaN(window.pct));
  });

  it('is known again at the first reading after that, and loses no tick', () => {
    const counters = new Counters();
    const window = new CpuWindowRig(100, 50);
    for (let atMs = 0; atMs <= 200; atMs += 50) window.push(counters.add({ user: 1, idle: 1 }), atMs);
    window.miss();
    window.push(counters.add({ user: 30, idle: 10 }), 1_200);
    // The newest reading that is a window old is the last one before the gap.
    assert.equal(window.pct, 75);
    assert.equal(window.number('cpu_busy_ticks'), 34);
    assert.equal(window.number('cpu_total_ticks'), 48);
  });
});

describe('CpuWindow: a lane that takes over', () => {
  it('continues the sums, counts the step over the gap, and is unknown for the first window', () => {
    const counters = new Counters();
    const window = new CpuWindowRig(100, 50);
    window.resume(counters.values, Float64Array.of(500, 2_000, 300, 100, 50, 0), 3);
    window.push(counters.add({ user: 10, idle: 30 }), 0);
    assert.equal(window.number('cpu_busy_ticks'), 510);
    assert.equal(window.number('cpu_total_ticks'), 2_040);
    assert.equal(window.anomalies, 3);
    assert.ok(Number.isNaN(window.pct));
    window.push(counters.add({ user: 1, idle: 1 }), 50);
    window.push(counters.add({ user: 1, idle: 1 }), 100);
    assert.equal(window.pct, 50);
  });

  it('detects a counter that decreased over the gap', () => {
    const counters = new Counters();
    const window = new CpuWindowRig(100, 50);
    window.resume(counters.values, Float64Array.of(500, 2_000, 300, 100, 50, 0), 3);
    window.push(counters.add({ user: 10, idle: -30 }), 0);
    assert.equal(window.anomalies, 4);
    assert.equal(window.number('cpu_busy_ticks'), 500);
    assert.equal(window.number('cpu_total_ticks'), 2_000);
  });
});
