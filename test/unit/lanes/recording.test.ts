import assert from 'node:assert/strict';
import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { Control } from '../../../src/shared/control.js';
import { copyMachine, readExpected, temporaryFolder } from '../../support/fixtures.js';
import { PlayedKernel } from '../../support/played-kernel.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

function steps(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => Math.round((value - values[i]!) * 1e6) / 1e6);
}

describe('the flight recorder', () => {
  it('has a row of every sample, with its times and values', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'swap-in-use'), { historyRows: 1_000 });
    rig.tick();
    rig.run(2_000);
    const { monoMs, wallMs, mem_pct, swap_pct, load_1 } = rig.history();
    assert.equal(monoMs.length, 41);
    assert.deepEqual(new Set(steps(monoMs)), new Set([50]));
    assert.equal(monoMs.at(-1), rig.clock.mono);
    assert.equal(wallMs.at(-1), rig.clock.wall);
    const expected = readExpected('swap-in-use');
    assert.equal(mem_pct.at(-1), Math.fround(expected.mem_pct));
    assert.equal(swap_pct.at(-1), Math.fround(expected.swap_pct));
    assert.equal(load_1.at(-1), Math.fround(expected.load_avg[0]));
  });

  it('has NaN for unknown values, never 0', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'garbage'), { historyRows: 100 });
    rig.tick();
    rig.run(1_000);
    const { monoMs, wallMs, ...columns } = rig.history();
    assert.equal(monoMs.length, 21);
    assert.equal(wallMs.length, 21);
    for (const [name, values] of Object.entries(columns)) {
      assert.deepEqual(new Set(values), new Set([Number.NaN]), name);
    }
  });

  for (const [intervalMs, rowMs] of [
    [1, 10],
    [3, 12],
    [7, 14],
    [10, 10],
    [33, 33],
    [100, 100],
    [1_000, 1_000],
  ] as const) {
    it(`has a row every ${rowMs} ms at a tick every ${intervalMs} ms`, (t) => {
      const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { historyRows: 1_000, intervalMs });
      rig.tick();
      rig.run(Math.max(1_000, 5 * intervalMs));
      assert.deepEqual(new Set(steps(rig.history().monoMs)), new Set([rowMs]));
    });
  }

  it('keeps the highest share of all samples, including those between its rows', (t) => {
    for (const intervalMs of [1, 3, 100]) {
      const procfs = temporaryFolder(t);
      const kernel = new PlayedKernel({ cpus: 2, burnMs: 110, everyMs: 1e9, phaseMs: 503 });
      kernel.write(procfs, 0);
      const rig = new ProcSamplerRig(t, procfs, { historyRows: 1_000, intervalMs });
      const startMs = rig.clock.mono;
      let highest = 0;
      rig.beforeTick = () => kernel.write(procfs, rig.clock.mono - startMs);
      rig.tick();
      // At a tick every 100 ms there is a reading every 50 ms.
      const readMs = Math.min(50, intervalMs);
      for (let passedMs = 0; passedMs < 1_000; passedMs += readMs) {
        rig.run(readMs);
        highest = Math.max(highest, rig.number('cpu_100ms_pct') || 0);
      }
      rig.run(intervalMs * 10);
      const most = Math.max(...rig.history().cpu_pct.filter((value) => !Number.isNaN(value)));
      assert.ok(highest > 60, `${highest} %`);
      assert.ok(most >= Math.fround(highest) - 1e-3, `${most} % of ${highest} % at ${intervalMs} ms`);
    }
  });

  it('keeps the newest rows when it is full', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { historyRows: 10 });
    rig.tick();
    rig.run(3_000);
    const { monoMs } = rig.history();
    assert.equal(monoMs.length, 10);
    assert.equal(monoMs.at(-1), rig.clock.mono);
    assert.deepEqual(new Set(steps(monoMs)), new Set([50]));
  });

  it('outlives the lane that wrote it, and shows the gap', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { historyRows: 100 });
    rig.tick();
    rig.run(500);
    rig.clock.advance(700);
    rig.takeOver();
    rig.tick();
    rig.run(100);
    assert.deepEqual(steps(rig.history().monoMs), [...Array(10).fill(50), 700, 50, 50]);
  });

  it('gets no more rows from a replaced lane', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { historyRows: 100 });
    rig.tick();
    new Control(rig.shared).nextGeneration('proc');
    rig.run(500);
    assert.equal(rig.history().monoMs.length, 1);
  });

  it('goes on while the source of a column is missing', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { historyRows: 1_000 });
    rig.tick();
    rig.run(1_000);
    copyFileSync(join(rig.procfs, 'meminfo'), join(rig.procfs, 'kept'));
    rmSync(join(rig.procfs, 'meminfo'));
    rig.run(10_000);
    assert.equal(rig.history().mem_pct.at(-1), Number.NaN);
    copyFileSync(join(rig.procfs, 'kept'), join(rig.procfs, 'meminfo'));
    rig.run(2_000);
    assert.ok(rig.history().mem_pct.at(-1)! > 0);
    assert.equal(rig.history().monoMs.length, 1 + 13_000 / 50);
  });
});
