import assert from 'node:assert/strict';
import fs, { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ACTIVITY, Control } from '../../../src/shared/control.js';
import { D, type DISK_NUMBERS } from '../../../src/shared/fields.js';
import { FrameReader } from '../../../src/shared/frame-store.js';
import { createSharedMemory, DISK_READER, DISK_STORE, SITES_MAX_BYTES } from '../../../src/shared/layout.js';
import { readDiskNotes } from '../../../src/shared/reasons.js';
import { MAX_ENTRIES } from '../../../workers/host/nginx.js';
import { readDiskUsedPct } from '../../../workers/host/statvfs.js';
import { DiskSampler } from '../../../workers/lanes/disk-lane.js';
import { FakeClock } from '../../support/fake-clock.js';
import { temporaryFolder } from '../../support/fixtures.js';

type DiskNumber = (typeof DISK_NUMBERS)[number];

const BYTES = ['disk_size_bytes', 'disk_used_bytes', 'disk_available_bytes'] as const;

/** A real DiskSampler on real shared memory, over a root file system of its own. */
class DiskRig {
  readonly clock = new FakeClock();
  readonly shared = createSharedMemory();
  readonly rootfs: string;
  readonly #reader = new FrameReader(this.shared, DISK_STORE, DISK_READER.main);
  readonly #t: TestContext;
  sampler: DiskSampler;

  constructor(t: TestContext) {
    this.#t = t;
    this.rootfs = temporaryFolder(t);
    mkdirSync(join(this.rootfs, 'data'));
    mkdirSync(join(this.rootfs, 'etc/nginx/sites-enabled'), { recursive: true });
    this.sampler = this.start();
  }

  /** Starts a sampler that replaces the previous one. */
  start(): DiskSampler {
    const sampler = new DiskSampler(
      {
        lane: 'disk',
        generation: new Control(this.shared).nextGeneration('disk'),
        shared: this.shared,
        diskPath: '/data',
        rootfs: this.rootfs,
        diskIntervalMs: 5_000,
        nginxIntervalMs: 60_000,
        searchPath: '',
      },
      this.clock,
    );
    this.#t.after(() => sampler.close());
    return sampler;
  }

  addSite(name: string): void {
    writeFileSync(join(this.rootfs, 'etc/nginx/sites-enabled', name), '');
  }

  tick(skipped = 0): void {
    this.sampler.tick(this.clock.mono, skipped);
  }

  number(name: DiskNumber): number {
    const value = this.#reader.read((slot) => slot.numbers[D[name]]);
    assert.ok(value !== null && value !== undefined, 'nothing was published');
    return value;
  }

  sites(): readonly string[] | null {
    return readDiskNotes(this.#reader).sites;
  }

  /** Why the disk or nginx could not be read, by source. */
  reasons(): Record<string, string> {
    const reasons = Object.entries(readDiskNotes(this.#reader).reasons);
    return Object.fromEntries(reasons.map(([source, { summary }]) => [source, summary]));
  }
}

describe('DiskSampler', () => {
  it('publishes the used share of the file system, and when it was read', (t) => {
    const rig = new DiskRig(t);
    rig.tick();
    // Others may write to the file system between the two readings.
    assert.ok(Math.abs(rig.number('disk_pct') - readDiskUsedPct(join(rig.rootfs, 'data'))) < 1);
    assert.equal(rig.number('disk_mono_ms'), rig.clock.mono);
    assert.equal(rig.number('disk_failed'), 0);
    assert.equal(rig.number('read_errors'), 0);
  });

  it('publishes the bytes behind the share, and no bytes once the path is gone', (t) => {
    const rig = new DiskRig(t);
    rig.tick();
    const [size, used, available] = BYTES.map((name) => rig.number(name));
    assert.ok(size! >= used! + available!);
    assert.ok(Math.abs((100 * used!) / (used! + available!) - rig.number('disk_pct')) < 1e-9);
    assert.equal(rig.number('disk_duration_ms'), 0);
    rmSync(join(rig.rootfs, 'data'), { recursive: true });
    rig.tick();
    for (const name of BYTES) assert.ok(Number.isNaN(rig.number(name)), name);
  });

  it('publishes whether nginx is installed, and its sites', (t) => {
    const rig = new DiskRig(t);
    rig.addSite('shop');
    rig.addSite('api "beta"');
    rig.tick();
    assert.deepEqual(rig.sites(), ['api "beta"', 'shop']);
    assert.equal(rig.number('nginx_site_count'), 2);
    assert.equal(rig.number('nginx_installed'), 0);
    assert.equal(rig.number('nginx_mono_ms'), rig.clock.mono);
    writeFileSync(join(rig.rootfs, 'etc/nginx/nginx.conf'), '');
    rig.clock.advance(60_000);
    rig.tick();
    assert.equal(rig.number('nginx_installed'), 1);
  });

  it('reads nginx once a minute and the file system at every tick', (t) => {
    const rig = new DiskRig(t);
    rig.tick();
    rig.addSite('late');
    for (let passedMs = 5_000; passedMs <= 60_000; passedMs += 5_000) {
      rig.clock.advance(5_000);
      rig.tick();
      assert.equal(rig.number('disk_mono_ms'), rig.clock.mono);
      assert.deepEqual(rig.sites(), passedMs < 60_000 ? [] : ['late']);
    }
  });

  it('publishes nginx before it queries a file system that may hang', (t) => {
    const rig = new DiskRig(t);
    rig.addSite('shop');
    let seen: unknown;
    t.mock.method(fs, 'statfsSync', () => {
      seen = rig.sites();
      throw new Error('this mount is dead');
    });
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    rig.tick();
    assert.deepEqual(seen, ['shop']);
    assert.ok(Number.isNaN(rig.number('disk_pct')));
  });

  it('reports and counts a file system failure with the last good time, then recovers', (t) => {
    const rig = new DiskRig(t);
    rig.tick();
    const readAt = rig.clock.mono;
    rmSync(join(rig.rootfs, 'data'), { recursive: true });
    rig.clock.advance(5_000);
    rig.tick();
    assert.ok(Number.isNaN(rig.number('disk_pct')));
    assert.equal(rig.number('disk_failed'), 1);
    assert.equal(rig.number('disk_mono_ms'), readAt);
    assert.equal(rig.number('read_errors'), 1);
    mkdirSync(join(rig.rootfs, 'data'));
    rig.clock.advance(5_000);
    rig.tick();
    assert.ok(rig.number('disk_pct') > 0);
    assert.equal(rig.number('disk_failed'), 0);
    assert.equal(rig.number('read_errors'), 1);
  });

  it('reports that nginx could not be read completely, and keeps the last values and their time', (t) => {
    const rig = new DiskRig(t);
    rig.addSite('shop');
    rig.tick();
    const readAt = rig.clock.mono;
    const enabled = join(rig.rootfs, 'etc/nginx/sites-enabled');
    rmSync(enabled, { recursive: true });
    symlinkSync('sites-enabled', enabled);
    rig.clock.advance(60_000);
    rig.tick();
    assert.equal(rig.number('nginx_failed'), 1);
    assert.equal(rig.number('nginx_mono_ms'), readAt);
    assert.equal(rig.number('read_errors'), 1);
    assert.deepEqual(rig.sites(), ['shop']);
  });

  it('publishes as many sites as fit, and reports that some are missing', (t) => {
    const rig = new DiskRig(t);
    const names = Array.from({ length: 100 }, (_, i) => `${String(i).padStart(3, '0')}${'x'.repeat(250)}`);
    for (const name of names) rig.addSite(name);
    rig.tick();
    const sites = rig.sites() ?? [];
    assert.ok(sites.length > 50);
    assert.deepEqual(rig.reasons(), { nginx: 'nginx has more sites than fit into a frame' });
    assert.deepEqual(sites, names.slice(0, sites.length));
    assert.ok(JSON.stringify(names.slice(0, sites.length + 1)).length > SITES_MAX_BYTES);
    assert.equal(rig.number('nginx_failed'), 1);
  });

  it('reports nginx as incomplete if its folder exceeds the limit of entries', (t) => {
    const rig = new DiskRig(t);
    for (let i = 0; i <= MAX_ENTRIES; i++) rig.addSite(`.${i}`);
    rig.tick();
    assert.deepEqual(rig.sites(), []);
    assert.deepEqual([rig.number('nginx_failed'), rig.number('read_errors')], [1, 1]);
  });

  it('marks itself as asking only while it queries the file system', (t) => {
    const rig = new DiskRig(t);
    const control = new Control(rig.shared);
    let isAsking = false;
    t.mock.method(fs, 'statfsSync', () => {
      isAsking = control.isAsking;
      throw new Error('this mount is gone');
    });
    syncBuiltinESMExports();
    t.after(() => {
      t.mock.restoreAll();
      syncBuiltinESMExports();
    });
    rig.tick();
    assert.deepEqual([isAsking, control.isAsking], [true, false]);
    assert.ok(control.enter('disk', control.generation('disk'), ACTIVITY.asking));
    rig.start();
    assert.equal(control.isAsking, false);
  });

  it('counts its ticks and the skipped ones', (t) => {
    const rig = new DiskRig(t);
    rig.tick();
    rig.tick(2);
    assert.equal(rig.number('ticks'), 2);
    assert.equal(rig.number('missed_ticks'), 2);
  });

  it('continues with the values and counts of the previous lane', (t) => {
    const rig = new DiskRig(t);
    rig.addSite('shop');
    rig.tick();
    rig.tick(3);
    rmSync(join(rig.rootfs, 'data'), { recursive: true });
    const readAt = rig.clock.mono;
    rig.clock.advance(5_000);
    rig.sampler = rig.start();
    rig.tick();
    assert.equal(rig.number('ticks'), 3);
    assert.equal(rig.number('missed_ticks'), 3);
    assert.equal(rig.number('disk_mono_ms'), readAt);
    assert.deepEqual(rig.sites(), ['shop']);
  });
});
