import assert from 'node:assert/strict';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { lookAtProcfs, lookAtRootfs } from '../../../workers/host/trees.js';
import { copyMachine, temporaryFolder } from '../../support/fixtures.js';

describe('lookAtProcfs', () => {
  it('accepts the procfs of this machine', async () => {
    assert.equal((await lookAtProcfs('/proc')).problem, null);
  });

  it('accepts one with only a stat: other files may appear later', async (t) => {
    const folder = copyMachine(t, 'kvm-host');
    for (const name of ['meminfo', 'loadavg', 'uptime']) rmSync(join(folder, name));
    assert.deepEqual(await lookAtProcfs(folder), { problem: null, masked: [] });
  });

  it('reports no masked files in a copy of another machine', async (t) => {
    const folder = copyMachine(t, 'kvm-host');
    rmSync(join(folder, 'uptime'));
    symlinkSync('/proc/uptime', join(folder, 'uptime'));
    assert.deepEqual(await lookAtProcfs(folder), { problem: null, masked: [] });
  });

  for (const [what, make, problem] of [
    ['is not there', (path: string) => rmSync(path, { recursive: true }), /^which is not there$/],
    ['is empty', () => {}, /^which is empty: nothing is mounted there$/],
    ['has no stat', (path: string) => writeFileSync(join(path, 'meminfo'), ''), /^which has no file "stat"$/],
    [
      'has a folder for a stat',
      (path: string) => mkdirSync(join(path, 'stat')),
      /^whose "stat" can't be read: EISDIR/,
    ],
    [
      'has an empty stat',
      (path: string) => writeFileSync(join(path, 'stat'), ''),
      /^which is none: cannot parse stat: the first line/,
    ],
    [
      'has a stat that is cut off',
      (path: string) => writeFileSync(join(path, 'stat'), 'cpu  1 2 3'),
      /^which is none: cannot parse stat: .*cut off/,
    ],
    [
      'can not be reached',
      (path: string) => {
        rmSync(path, { recursive: true });
        symlinkSync(path, path);
      },
      /^which can't be looked into: ELOOP/,
    ],
  ] as const) {
    it(`rejects one that ${what}`, async (t) => {
      const folder = temporaryFolder(t);
      make(folder);
      const { problem: told } = await lookAtProcfs(folder);
      assert.match(told ?? '', problem);
    });
  }
});

describe('lookAtRootfs', () => {
  it('accepts the root of this machine, and reports it as its own root', async () => {
    const { problem, isOnOwnRoot } = await lookAtRootfs('/');
    assert.deepEqual([problem, isOnOwnRoot], [null, true]);
  });

  it('rejects a procfs', async () => {
    const { problem } = await lookAtRootfs('/proc');
    assert.equal(problem, 'which has neither etc/ nor usr/');
  });

  for (const [text, expected] of [
    ['vps.t1\n', 'vps.t1'],
    ['# by hand\n\n  vps.t1  \nother\n', 'vps.t1'],
    ['# nothing\n', null],
    ['', null],
  ] as const) {
    it(`reads the host name ${JSON.stringify(expected)} from ${JSON.stringify(text)}`, async (t) => {
      const root = temporaryFolder(t);
      mkdirSync(join(root, 'etc'));
      writeFileSync(join(root, 'etc/hostname'), text);
      assert.equal((await lookAtRootfs(root)).hostname, expected);
    });
  }

  it('follows a link at etc/hostname below the root', async (t) => {
    const root = temporaryFolder(t);
    mkdirSync(join(root, 'etc/static'), { recursive: true });
    writeFileSync(join(root, 'etc/static/hostname'), 'linked');
    symlinkSync('/etc/static/hostname', join(root, 'etc/hostname'));
    assert.equal((await lookAtRootfs(root)).hostname, 'linked');
  });

  it('rejects a folder with neither etc nor usr, an empty folder, and a file', async (t) => {
    const root = temporaryFolder(t);
    assert.equal((await lookAtRootfs(root)).problem, 'which is empty: nothing is mounted there');
    writeFileSync(join(root, 'etc'), '');
    assert.equal((await lookAtRootfs(root)).problem, 'which has neither etc/ nor usr/');
    assert.equal((await lookAtRootfs(join(root, 'etc'))).problem, 'which is no folder');
    mkdirSync(join(root, 'usr'));
    assert.equal((await lookAtRootfs(root)).problem, null);
  });
});
