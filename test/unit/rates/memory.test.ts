import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ARC, parseArcstats } from '../../../workers/proc/arcstats.js';
import { MEM, MEM_FIELDS, parseMeminfo } from '../../../workers/proc/meminfo.js';
import { memoryUsedPct, swapUsedPct } from '../../../workers/rates/memory.js';
import { type Machine, readExpected, readFixture, SOUND_MACHINES } from '../../support/fixtures.js';
import { forEveryCut, outcomeOf } from '../../support/parsing.js';

function memOf(sizes: Partial<Record<keyof typeof MEM, number>>): Float64Array {
  const mem = new Float64Array(MEM_FIELDS.length).fill(Number.NaN);
  for (const [name, size] of Object.entries(sizes)) mem[MEM[name as keyof typeof MEM]] = size;
  return mem;
}

function readMem(machine: Machine): Float64Array {
  const mem = new Float64Array(MEM_FIELDS.length);
  const file = readFixture(machine, 'meminfo');
  parseMeminfo(file, file.length, mem);
  return mem;
}

function arcReclaimableOf(machine: Machine): number {
  if (machine !== 'zfs') return 0;
  const arc = new Float64Array(2);
  const file = readFixture(machine, 'spl/kstat/zfs/arcstats');
  parseArcstats(file, file.length, arc);
  return arc[ARC.size]! - arc[ARC.min]!;
}

function assertClose(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-9, `${actual}, expected ${expected}`);
}

describe('memoryUsedPct', () => {
  for (const machine of SOUND_MACHINES) {
    it(`gives the share of ${machine}`, () => {
      assertClose(memoryUsedPct(readMem(machine), arcReclaimableOf(machine)), readExpected(machine).mem_pct);
    });
  }

  it('is the share that is not available', () => {
    assertClose(memoryUsedPct(memOf({ total: 1_000, available: 250, free: 10 }), 0), 75);
  });

  it('counts reclaimable ZFS memory as available', () => {
    assertClose(memoryUsedPct(memOf({ total: 1_000, available: 250 }), 500), 25);
  });

  it('works without MemAvailable: free, buffers, cached and reclaimable, less shared memory', () => {
    const mem = memOf({ total: 1_000, free: 100, buffers: 20, cached: 300, sReclaimable: 50, shmem: 70 });
    assertClose(memoryUsedPct(mem, 0), 60);
  });

  it('stays between 0 and 100', () => {
    assert.equal(memoryUsedPct(memOf({ total: 100, available: 120 }), 0), 0);
    const mem = memOf({ total: 100, free: 0, buffers: 0, cached: 10, sReclaimable: 0, shmem: 30 });
    assert.equal(memoryUsedPct(mem, 0), 100);
  });

  it('is unknown without a total', () => {
    assert.ok(Number.isNaN(memoryUsedPct(memOf({ total: 0, available: 0 }), 0)));
    assert.ok(Number.isNaN(memoryUsedPct(memOf({ available: 5 }), 0)));
  });

  it('is unknown if the ARC size is unknown', () => {
    assert.ok(Number.isNaN(memoryUsedPct(memOf({ total: 100, available: 50 }), Number.NaN)));
  });

  it('is unknown or correct for a file truncated at any byte', () => {
    for (const machine of ['kernel-2.6.32', 'swap-in-use'] as const) {
      const mem = new Float64Array(MEM_FIELDS.length);
      const whole = memoryUsedPct(readMem(machine), 0);
      forEveryCut(readFixture(machine, 'meminfo'), (bytes, length, where) => {
        const parsed = outcomeOf(() => {
          parseMeminfo(bytes, length, mem);
          return mem;
        });
        const pct = parsed === 'PROC_PARSE' ? Number.NaN : memoryUsedPct(mem, 0);
        assert.ok(Number.isNaN(pct) || pct === whole, `${machine} ${where}: ${pct}`);
      });
    }
  });

  it('is unknown or between 0 and 100 for any sizes', () => {
    const size = fc.oneof(fc.integer({ min: 0, max: 2 ** 53 }), fc.constant(Number.NaN));
    fc.assert(
      fc.property(fc.array(size, { minLength: 9, maxLength: 9 }), size, (sizes, arc) => {
        for (const pct of [
          memoryUsedPct(Float64Array.from(sizes), arc),
          swapUsedPct(Float64Array.from(sizes)),
        ]) {
          assert.ok(Number.isNaN(pct) || (pct >= 0 && pct <= 100), `${pct}`);
        }
      }),
    );
  });
});

describe('swapUsedPct', () => {
  for (const machine of SOUND_MACHINES) {
    it(`gives the share of ${machine}`, () => {
      assertClose(swapUsedPct(readMem(machine)), readExpected(machine).swap_pct);
    });
  }

  it('is 0 without swap', () => {
    assert.equal(swapUsedPct(memOf({ swapTotal: 0, swapFree: 0 })), 0);
  });

  it('is unknown if the kernel does not report it', () => {
    assert.ok(Number.isNaN(swapUsedPct(memOf({}))));
    assert.ok(Number.isNaN(swapUsedPct(memOf({ swapTotal: 100 }))));
  });
});
