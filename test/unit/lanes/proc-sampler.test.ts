import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import {
  BROKEN_MACHINES,
  copyMachine,
  type Machine,
  readExpected,
  readFixture,
  SOUND_MACHINES,
} from '../../support/fixtures.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

function createRig(t: TestContext, machine: Machine): ProcSamplerRig {
  return new ProcSamplerRig(t, copyMachine(t, machine));
}

/** Advances the machine to its state one second later. */
function moveOn({ procfs }: ProcSamplerRig): void {
  const later = join(procfs, 'later');
  const names = readdirSync(later, { recursive: true, withFileTypes: true });
  for (const name of names.filter((each) => each.isFile())) {
    const path = join(name.parentPath, name.name);
    copyFileSync(path, join(procfs, relative(later, path)));
  }
}

describe('ProcSampler: whole machines', () => {
  for (const machine of [...SOUND_MACHINES, ...BROKEN_MACHINES]) {
    it(`matches the golden file of ${machine}`, (t) => {
      const rig = createRig(t, machine);
      rig.publishDisk({
        disk_pct: 61.27,
        disk_mono_ms: rig.clock.mono,
        disk_failed: 0,
        nginx_installed: 1,
        nginx_mono_ms: rig.clock.mono,
        nginx_failed: 0,
        sites: ['api', 'shop.example.org'],
      });
      rig.tick();
      rig.run(950);
      moveOn(rig);
      rig.run(50);
      const golden: unknown = JSON.parse(readFixture(machine, 'telemetry.json').toString());
      assert.deepEqual({ identifier: machine, ...rig.telemetry() }, golden);
    });
  }

  it('is valid only while at least one of the files can be read', (t) => {
    const sound = createRig(t, 'no-swap');
    sound.tick();
    assert.equal(sound.number('valid'), 1);
    for (const file of ['stat', 'meminfo', 'loadavg']) writeFileSync(join(sound.procfs, file), '');
    sound.run(1_000);
    assert.equal(sound.number('valid'), 1);
    writeFileSync(join(sound.procfs, 'uptime'), '');
    sound.run(1_000);
    assert.equal(sound.number('valid'), 0);
  });

  it('publishes the bytes behind the percentages, and NaN for unknown ones', (t) => {
    const kib = 1_024;
    const memory = (rig: ProcSamplerRig) => [rig.number('mem_size_bytes'), rig.number('mem_available_bytes')];
    const swap = (rig: ProcSamplerRig) => [rig.number('swap_size_bytes'), rig.number('swap_free_bytes')];
    const plain = createRig(t, 'no-swap');
    plain.tick();
    assert.deepEqual(memory(plain), [8_052_344 * kib, 5_123_456 * kib]);
    assert.deepEqual(swap(plain), [0, 0]);
    writeFileSync(join(plain.procfs, 'meminfo'), '');
    plain.run(100);
    for (const value of [...memory(plain), ...swap(plain)]) assert.equal(value, Number.NaN);
    // Memory that ZFS would release counts as available.
    const zfs = createRig(t, 'zfs');
    zfs.tick();
    assert.deepEqual(memory(zfs), [263_764_512 * kib, 11_212_344 * kib + 137_438_953_472 - 8_441_262_080]);
  });

  it('publishes when the newest value of each source was read', (t) => {
    const rig = createRig(t, 'swap-in-use');
    const startMs = rig.clock.mono;
    rig.publishDisk({
      disk_pct: 1,
      disk_mono_ms: startMs - 2_000,
      disk_failed: 0,
      nginx_installed: 0,
      nginx_mono_ms: Number.NaN,
      nginx_failed: 0,
      sites: [],
    });
    rig.tick();
    writeFileSync(join(rig.procfs, 'meminfo'), '');
    rig.run(450);
    assert.equal(rig.number('cpu_fresh_ms'), startMs + 450);
    assert.equal(rig.number('memory_fresh_ms'), startMs);
    assert.equal(rig.number('load_fresh_ms'), startMs);
    assert.equal(rig.number('disk_fresh_ms'), startMs - 2_000);
    assert.equal(rig.number('nginx_fresh_ms'), startMs);
  });

  it('publishes the raw counters, for the mean of a heartbeat', (t) => {
    const rig = createRig(t, 'swap-in-use');
    rig.tick();
    const names = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
    const counters = names.map((name) => rig.number(`cpu_${name}`));
    assert.deepEqual(counters, readExpected('swap-in-use').cpu);
  });

  it('sums the ticks of all steps', (t) => {
    const rig = createRig(t, 'swap-in-use');
    rig.tick();
    assert.equal(rig.number('cpu_total_ticks'), 0);
    moveOn(rig);
    rig.run(50);
    assert.equal(rig.number('cpu_busy_ticks'), 220);
    assert.equal(rig.number('cpu_total_ticks'), 400);
  });

  it('leaves the CPU share unknown, but not stale, until the first window is complete', (t) => {
    const rig = createRig(t, 'swap-in-use');
    rig.tick();
    moveOn(rig);
    rig.run(950);
    assert.equal(rig.telemetry().cpu_pct, null);
    assert.equal(rig.telemetry().stale, undefined);
    rig.run(50);
    assert.equal(rig.telemetry().cpu_pct, readExpected('swap-in-use').cpu_pct);
  });

  it('takes the time of a tick from both clocks', (t) => {
    const rig = createRig(t, 'no-swap');
    rig.tick();
    rig.clock.advance(50);
    rig.tick();
    assert.equal(rig.number('sampled_mono_ms'), rig.clock.mono);
    assert.equal(rig.number('sampled_wall_ms'), rig.clock.wall);
    assert.equal(rig.telemetry().sampled_at, '2026-03-22T01:37:20.300Z');
  });

  it('follows a wall clock change within a second', (t) => {
    const rig = createRig(t, 'no-swap');
    rig.tick();
    rig.clock.wall -= 3_600_000;
    rig.run(1_000);
    assert.equal(rig.number('sampled_wall_ms'), rig.clock.wall);
  });

  it('counts its ticks and the skipped ones', (t) => {
    const rig = createRig(t, 'no-swap');
    rig.tick();
    rig.tick(3);
    rig.tick(2);
    assert.equal(rig.number('ticks'), 3);
    assert.equal(rig.number('missed_ticks'), 5);
  });
});

describe('ProcSampler: a lane that takes over', () => {
  it('continues all counts, and counts the CPU time of the gap', (t) => {
    const rig = createRig(t, 'swap-in-use');
    rig.tick();
    rig.tick(4);
    writeFileSync(join(rig.procfs, 'uptime'), '');
    rig.run(1_000);
    const before = (['ticks', 'missed_ticks', 'read_errors'] as const).map((name) => rig.number(name));
    rig.takeOver();
    moveOn(rig);
    rig.clock.advance(30_000);
    rig.tick();
    const after = (['ticks', 'missed_ticks', 'read_errors'] as const).map((name) => rig.number(name));
    assert.deepEqual(before, [22, 4, 1]);
    assert.deepEqual(after, [23, 4, 2]);
    assert.equal(rig.number('cpu_busy_ticks'), 220);
    assert.equal(rig.number('cpu_total_ticks'), 400);
  });

  it('shows no value that it has not read itself', (t) => {
    const rig = createRig(t, 'swap-in-use');
    rig.tick();
    for (const file of ['stat', 'meminfo', 'loadavg', 'uptime']) rmSync(join(rig.procfs, file));
    rig.takeOver();
    rig.tick();
    const { cpu_pct, mem_pct, swap_pct, load_avg, uptime_seconds } = rig.telemetry();
    assert.deepEqual([cpu_pct, mem_pct, swap_pct, load_avg, uptime_seconds], [null, null, null, null, null]);
  });
});
