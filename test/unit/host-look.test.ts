import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lookAtHost } from '../../src/host-look.js';
import { copyMachine, temporaryFolder } from '../support/fixtures.js';

describe('lookAtHost', { concurrency: true }, () => {
  it('inspects no tree if both are its own or not absolute paths', async () => {
    for (const trees of [
      { procfs: '/proc', rootfs: '/' },
      { procfs: 'proc', rootfs: '' },
    ]) {
      const look = await lookAtHost(trees);
      assert.deepEqual([look.hostname, look.procfs, look.rootfs], [hostname(), null, null]);
    }
  });

  it('inspects its own procfs, too, if the root is another', async (t) => {
    const rootfs = temporaryFolder(t);
    mkdirSync(join(rootfs, 'etc'));
    writeFileSync(join(rootfs, 'etc/hostname'), 'vps.t1\n');
    const look = await lookAtHost({ procfs: '/proc', rootfs });
    assert.ok(look.procfs !== null && 'problem' in look.procfs && look.procfs.problem === null);
    assert.ok(look.rootfs !== null && 'hostname' in look.rootfs);
    assert.equal(look.rootfs.hostname, 'vps.t1');
  });

  it('inspects a path with spaces and special characters', async (t) => {
    const procfs = join(temporaryFolder(t), `a 'b' "c" $d --e`);
    mkdirSync(procfs);
    const look = await lookAtHost({ procfs, rootfs: '/' });
    assert.deepEqual(look.procfs, { problem: 'which is empty: nothing is mounted there', masked: [] });
  });

  it('does not wait for a tree that hangs, and still reports the other', async (t) => {
    const procfs = copyMachine(t, 'kvm-host');
    rmSync(join(procfs, 'stat'));
    // Opening a FIFO without a writer blocks in the kernel.
    execFileSync('mkfifo', [join(procfs, 'stat')]);
    const rootfs = temporaryFolder(t);
    const look = await lookAtHost({ procfs, rootfs });
    assert.deepEqual(look.procfs, { silent: 'which gives no answer' });
    assert.deepEqual(look.rootfs, {
      problem: 'which is empty: nothing is mounted there',
      hostname: null,
      isOnOwnRoot: false,
    });
  });
});
