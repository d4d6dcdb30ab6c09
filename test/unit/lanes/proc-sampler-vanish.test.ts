import assert from 'node:assert/strict';
import { cpSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { copyMachine, readFixture } from '../../support/fixtures.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

describe('ProcSampler: files in a copy of another machine', () => {
  for (const [file, field, source] of [
    ['stat', 'cpu_pct', 'cpu'],
    ['meminfo', 'mem_pct', 'memory'],
    ['loadavg', 'load_avg', 'load'],
    ['uptime', 'uptime_seconds', 'uptime'],
  ] as const) {
    it(`a ${file} that is deleted makes ${field} unknown, and is found when it comes back`, (t) => {
      const rig = new ProcSamplerRig(t, copyMachine(t, 'guest-2cpu-steal'));
      rig.tick();
      rmSync(join(rig.procfs, file));
      rig.run(6_000);
      assert.equal(rig.telemetry()[field], null);
      assert.deepEqual(rig.telemetry().stale?.includes(source), true);
      writeFileSync(join(rig.procfs, file), readFixture('guest-2cpu-steal', file));
      rig.run(6_000);
      assert.equal(rig.telemetry().stale?.includes(source) ?? false, false);
    });
  }

  it('a replaced meminfo is read again', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'guest-2cpu-steal'));
    rig.tick();
    const other = join(rig.procfs, 'meminfo.new');
    writeFileSync(other, 'MemTotal: 100 kB\nMemAvailable: 25 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n');
    renameSync(other, join(rig.procfs, 'meminfo'));
    rig.run(6_000);
    assert.equal(rig.telemetry().mem_pct, 75);
  });

  it('ZFS is counted once its module is loaded, even after the start', (t) => {
    const withZfs = new ProcSamplerRig(t, copyMachine(t, 'zfs'));
    withZfs.tick();
    const procfs = copyMachine(t, 'zfs');
    rmSync(join(procfs, 'spl'), { recursive: true });
    const late = new ProcSamplerRig(t, procfs);
    late.tick();
    assert.notEqual(late.telemetry().mem_pct, withZfs.telemetry().mem_pct);
    cpSync(join(copyMachine(t, 'zfs'), 'spl'), join(procfs, 'spl'), { recursive: true });
    late.run(61_000);
    assert.equal(late.telemetry().mem_pct, withZfs.telemetry().mem_pct);
  });

  it('the memory is known again a minute after the ZFS module is unloaded', (t) => {
    const procfs = copyMachine(t, 'zfs');
    const rig = new ProcSamplerRig(t, procfs);
    rig.tick();
    const withZfs = rig.telemetry().mem_pct;
    rmSync(join(procfs, 'spl'), { recursive: true });
    rig.run(6_000);
    assert.equal(rig.telemetry().mem_pct, null);
    rig.run(60_000);
    const without = rig.telemetry();
    assert.equal(without.stale?.includes('memory'), false);
    assert.ok((without.mem_pct ?? 0) > (withZfs ?? 100), `${without.mem_pct} after ${withZfs}`);

    cpSync(join(copyMachine(t, 'zfs'), 'spl'), join(procfs, 'spl'), { recursive: true });
    rig.run(61_000);
    assert.equal(rig.telemetry().mem_pct, withZfs);
  });

  it('the memory stays unknown while ZFS is loaded but unreadable', (t) => {
    const procfs = copyMachine(t, 'zfs');
    const rig = new ProcSamplerRig(t, procfs);
    rig.tick();
    const arcstats = join(procfs, 'spl/kstat/zfs/arcstats');
    rmSync(arcstats);
    mkdirSync(arcstats);
    rig.run(130_000);
    assert.equal(rig.telemetry().mem_pct, null);
    assert.equal(rig.telemetry().stale?.includes('memory'), true);
  });
});
