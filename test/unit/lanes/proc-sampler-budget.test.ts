import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { copyMachine } from '../../support/fixtures.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

const BUDGET_PCT = 0.5;
const SECOND_NS = 1e9;

/** A sampler on a fake clock, whose own thread uses next to no CPU time; the disk lane reports what it used. */
function createRig(t: TestContext) {
  const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { cpuBudgetPct: BUDGET_PCT });
  const disk = (cpuNs: number) =>
    rig.publishDisk({
      disk_pct: 1,
      disk_mono_ms: rig.clock.mono,
      disk_failed: 0,
      nginx_installed: 0,
      nginx_mono_ms: rig.clock.mono,
      nginx_failed: 0,
      sites: [],
      lane_cpu_ns: cpuNs,
    });
  return { rig, disk };
}

describe('ProcSampler: its budget', () => {
  it('covers both lanes, and the interval is in the frame and the snapshot', (t) => {
    const { rig, disk } = createRig(t);
    for (let second = 1; second <= 20; second++) {
      disk(second * 0.04 * SECOND_NS);
      rig.run(1_000);
    }
    const intervalMs = rig.number('interval_ms');
    assert.ok(intervalMs > 300, `${intervalMs} ms`);
    assert.equal(rig.telemetry().sampling.interval_ms, intervalMs);
  });

  it('is kept by a lane that takes over', (t) => {
    const { rig, disk } = createRig(t);
    for (let second = 1; second <= 20; second++) {
      disk(second * 0.04 * SECOND_NS);
      rig.run(1_000);
    }
    const intervalMs = rig.number('interval_ms');
    rig.takeOver();
    rig.tick();
    assert.equal(rig.number('interval_ms'), intervalMs);
  });

  it('ignores CPU time of the disk lane before its first frame, and a counter that decreased', (t) => {
    const { rig, disk } = createRig(t);
    rig.tick();
    rig.run(3_000);
    disk(0.5 * SECOND_NS);
    rig.run(3_000);
    disk(0.01 * SECOND_NS);
    rig.run(3_000);
    disk(0.011 * SECOND_NS);
    rig.run(20_000);
    assert.equal(rig.number('interval_ms'), 50);
  });
});
