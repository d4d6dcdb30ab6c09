import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { copyMachine } from '../../support/fixtures.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

const RESOURCES = ['cpu', 'memory', 'io'] as const;
type Resource = (typeof RESOURCES)[number];

function write(rig: ProcSamplerRig, resource: Resource, totalUs: number): void {
  const averages = 'avg10=1.50 avg60=0.00 avg300=0.00';
  mkdirSync(join(rig.procfs, 'pressure'), { recursive: true });
  writeFileSync(
    join(rig.procfs, 'pressure', resource),
    `some ${averages} total=${totalUs}\nfull ${averages} total=${totalUs / 2}\n`,
  );
}

/** A sampler on a kernel with pressure, which has taken its first sample. */
function pressedRig(t: TestContext): ProcSamplerRig {
  const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), { historyRows: 1_000 });
  for (const resource of RESOURCES) write(rig, resource, 1_000_000);
  rig.tick();
  return rig;
}

function lineOf(rig: ProcSamplerRig, resource: Resource): unknown {
  return (rig.telemetry().pressure as Record<Resource, { some: unknown }>)[resource].some;
}

const AVERAGES = { avg10: 1.5, avg60: 0, avg300: 0 };

describe('pressure', () => {
  it('of a kernel without it is unsupported: neither stale nor an error', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'));
    rig.tick();
    rig.run(5_000);
    assert.deepEqual(rig.telemetry().pressure, { supported: false });
    assert.equal(rig.telemetry().stale, undefined);
    assert.equal(rig.number('read_errors'), 0);
  });

  it('that appears later is found within a minute', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'));
    rig.tick();
    rig.run(1_000);
    for (const resource of RESOURCES) write(rig, resource, 2);
    // A missing file is retried only once a minute.
    rig.run(55_000);
    assert.deepEqual(rig.telemetry().pressure, { supported: false });
    rig.run(7_000);
    assert.deepEqual(lineOf(rig, 'io'), { ...AVERAGES, total_us: 2, stall_us: 0 });
  });

  it('has the stall time since the previous reading in µs, and null at first', (t) => {
    const rig = pressedRig(t);
    assert.deepEqual(lineOf(rig, 'cpu'), { ...AVERAGES, total_us: 1_000_000, stall_us: null });
    write(rig, 'cpu', 1_250_000);
    rig.run(1_000);
    assert.deepEqual(lineOf(rig, 'cpu'), { ...AVERAGES, total_us: 1_250_000, stall_us: 250_000 });
    assert.deepEqual(lineOf(rig, 'io'), { ...AVERAGES, total_us: 1_000_000, stall_us: 0 });
    assert.equal((rig.telemetry().pressure as { interval_ms: number }).interval_ms, 1_000);
    rig.run(50);
    assert.equal(rig.history().pressure_cpu_some_pct.at(-1), 25);
    assert.equal(rig.history().pressure_io_full_pct.at(-1), 0);
  });

  it('that can no longer be read is stale and unknown; the other resources go on', (t) => {
    const rig = pressedRig(t);
    writeFileSync(join(rig.procfs, 'pressure/memory'), 'garbage\n');
    write(rig, 'io', 1_100_000);
    rig.run(1_000);
    const unknown = { avg10: null, avg60: null, avg300: null, total_us: null, stall_us: null };
    assert.deepEqual(lineOf(rig, 'memory'), unknown);
    assert.deepEqual(lineOf(rig, 'io'), { ...AVERAGES, total_us: 1_100_000, stall_us: 100_000 });
    assert.deepEqual(rig.telemetry().stale, ['pressure']);
    // Back again: the stall time of the gap belongs to no interval.
    write(rig, 'memory', 9_000_000);
    rig.run(1_000);
    assert.deepEqual(lineOf(rig, 'memory'), { ...AVERAGES, total_us: 9_000_000, stall_us: null });
    assert.equal(rig.telemetry().stale, undefined);
  });

  it('that vanishes is stale, not unsupported, also for a lane that takes over', (t) => {
    const rig = pressedRig(t);
    rmSync(join(rig.procfs, 'pressure'), { recursive: true });
    rig.run(7_000);
    assert.ok(rig.telemetry().stale?.includes('pressure'));
    assert.equal((rig.telemetry().pressure as { supported: unknown }).supported, true);
    rig.takeOver();
    rig.tick();
    assert.deepEqual(rig.telemetry().stale, ['pressure']);
    assert.equal((rig.telemetry().pressure as { supported: unknown }).supported, true);
  });

  it('has no stall time for a counter that decreased', (t) => {
    const rig = pressedRig(t);
    write(rig, 'cpu', 10);
    rig.run(1_000);
    assert.deepEqual(lineOf(rig, 'cpu'), { ...AVERAGES, total_us: 10, stall_us: null });
  });
});
