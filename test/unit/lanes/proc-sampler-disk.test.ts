import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { CACHE_LINE, DISK_READER, DISK_STORE } from '../../../src/shared/layout.js';
import { copyMachine } from '../../support/fixtures.js';
import { type DiskValues, ProcSamplerRig } from '../../support/proc-sampler-rig.js';

const LIMITS = { diskStaleAfterMs: 5_000, nginxStaleAfterMs: 20_000 };

function createRig(t: TestContext): ProcSamplerRig {
  return new ProcSamplerRig(t, copyMachine(t, 'no-swap'), LIMITS);
}

function publish(rig: ProcSamplerRig, values: Partial<DiskValues> = {}): void {
  rig.publishDisk({
    disk_pct: 61.27,
    disk_mono_ms: rig.clock.mono,
    disk_failed: 0,
    nginx_installed: 1,
    nginx_mono_ms: rig.clock.mono,
    nginx_failed: 0,
    sites: ['api'],
    ...values,
  });
}

describe('ProcSampler: the values of the disk lane', () => {
  it('are unknown, and not stale, before its first frame', (t) => {
    const rig = createRig(t);
    rig.tick();
    const { disk_pct, nginx_installed, nginx_sites, stale } = rig.telemetry();
    assert.deepEqual([disk_pct, nginx_installed, nginx_sites, stale], [null, null, null, undefined]);
  });

  it('are stale if the first frame takes longer than a third of their limits', (t) => {
    const rig = new ProcSamplerRig(t, copyMachine(t, 'no-swap'), {
      diskStaleAfterMs: 6_000,
      nginxStaleAfterMs: 21_000,
    });
    rig.tick();
    rig.run(2_000);
    assert.equal(rig.telemetry().stale, undefined);
    rig.run(100);
    assert.deepEqual(rig.telemetry().stale, ['disk']);
    rig.run(5_000);
    assert.deepEqual(rig.telemetry().stale, ['disk', 'nginx']);
    assert.equal(rig.telemetry().disk_pct, null);
  });

  it('are adopted within 100 ms', (t) => {
    const rig = createRig(t);
    rig.tick();
    publish(rig);
    rig.run(100);
    const { disk_pct, nginx_installed, nginx_sites } = rig.telemetry();
    assert.deepEqual([disk_pct, nginx_installed, nginx_sites], [61.3, true, ['api']]);
  });

  it('are kept and marked stale with their age when no more frames come', (t) => {
    const rig = createRig(t);
    publish(rig);
    rig.tick();
    rig.run(5_000);
    assert.equal(rig.telemetry().stale, undefined);
    rig.run(1_000);
    const { disk_pct, stale, stale_seconds } = rig.telemetry();
    assert.equal(disk_pct, 61.3);
    assert.deepEqual(stale, ['disk']);
    assert.deepEqual(stale_seconds, { disk: 6 });
  });

  it('are fresh again with the next frame', (t) => {
    const rig = createRig(t);
    publish(rig);
    rig.tick();
    rig.run(6_000);
    publish(rig, { disk_pct: 70, sites: ['api', 'shop'] });
    rig.run(100);
    const { disk_pct, nginx_sites, stale } = rig.telemetry();
    assert.deepEqual([disk_pct, nginx_sites, stale], [70, ['api', 'shop'], undefined]);
  });

  it('have their own age, not that of the frame', (t) => {
    const rig = createRig(t);
    publish(rig);
    rig.tick();
    rig.run(6_000);
    // nginx was read again; the file system was not.
    publish(rig, { disk_mono_ms: rig.clock.mono - 6_000, sites: ['shop'] });
    rig.run(100);
    const { nginx_sites, stale, stale_seconds } = rig.telemetry();
    assert.deepEqual([nginx_sites, stale, stale_seconds], [['shop'], ['disk'], { disk: 6.1 }]);
  });

  it('are stale at once after a failed read, with what could be read', (t) => {
    const rig = createRig(t);
    publish(rig);
    rig.tick();
    rig.run(1_000);
    publish(rig, {
      disk_pct: Number.NaN,
      disk_failed: 1,
      disk_mono_ms: rig.clock.mono - 1_000,
      nginx_failed: 1,
      nginx_mono_ms: rig.clock.mono - 1_000,
      sites: [],
    });
    rig.run(100);
    const { disk_pct, nginx_sites, stale, stale_seconds } = rig.telemetry();
    assert.deepEqual([disk_pct, nginx_sites], [null, []]);
    assert.deepEqual(stale, ['disk', 'nginx']);
    assert.deepEqual(stale_seconds, { disk: 1.1, nginx: 1.1 });
  });

  it('are released after each tick: no pin stays', (t) => {
    const rig = createRig(t);
    const pin = new Int32Array(
      rig.shared,
      DISK_STORE.byteOffset + CACHE_LINE * (1 + DISK_READER.procLane),
      1,
    );
    for (let i = 0; i < 10; i++) {
      publish(rig);
      rig.run(100);
      assert.equal(pin[0], -1);
    }
  });

  it('may be as long as a disk frame allows', (t) => {
    const rig = createRig(t);
    const sites = Array.from({ length: 62 }, (_, i) => `${i}`.padStart(255, 'x'));
    publish(rig, { sites });
    rig.tick();
    assert.deepEqual(rig.telemetry().nginx_sites, sites);
  });
});
