import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { createContainer, runInside, whyNoContainer } from '../support/container.js';
import { temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';

const NAME = 'harborforge-monitor: ';

const skip = whyNoContainer() ?? false;
describe('what is refused in a container', { concurrency: 4, skip }, () => {
  test('whose mount of the root hangs it is refused when nothing else tells its name', {
    skip: whyNoMount() ?? false,
  }, async (t) => {
    const mount = await createFrozenMount(t, '/');
    mount.freeze();
    const container = createContainer(t, { mounts: { hung: mount.path } });
    const { code, stderr } = await runInside(container, [], {
      MONITOR_PROCFS: '/host/proc',
      MONITOR_ROOTFS: '/host/hung',
    });
    // It may answer the next time.
    assert.equal(code, 1);
    assert.match(stderr[0] ?? '', /MONITOR_ROOTFS: .*, which gives no answer$/);
    assert.match(stderr[1] ?? '', /MONITOR_IDENTIFIER: expected to be set, .*, which gives no answer, and/);
  });

  test('a key file is read, and one that does not answer is named, although there is no shell to try it', {
    skip: whyNoMount() ?? false,
  }, async (t) => {
    const keys = temporaryFolder(t);
    writeFileSync(join(keys, 'key'), 'a-key', { mode: 0o600 });
    const mount = await createFrozenMount(t, keys);
    mount.freeze();
    const container = createContainer(t, { mounts: { keys, hung: mount.path } });
    const env = { MONITOR_DISK_PATH: '/', MONITOR_IDENTIFIER: 'given' };
    const good = await runInside(container, ['config'], { ...env, MONITOR_API_KEY_FILE: '/host/keys/key' });
    assert.equal(good.code, 0, good.stderr.join('\n'));
    const hung = await runInside(container, ['config'], { ...env, MONITOR_API_KEY_FILE: '/host/hung/key' });
    assert.equal(hung.code, 1);
    assert.match(hung.stderr[0] ?? '', /MONITOR_API_KEY_FILE: \/host\/hung\/key did not answer within/);
  });

  test('it is refused as nobody with trees that nobody may look into, and told why', async (t) => {
    // Such a folder is its owner's alone.
    const container = createContainer(t, { isUnprivileged: true, mounts: { closed: temporaryFolder(t) } });
    const trees = { MONITOR_PROCFS: '/host/closed', MONITOR_ROOTFS: '/host/closed' };
    const { code, stderr } = await runInside(container, [], trees);
    assert.equal(code, 78, stderr.join('\n'));
    for (const [index, name] of ['MONITOR_PROCFS', 'MONITOR_ROOTFS'].entries())
      assert.match(
        stderr[index] ?? '',
        new RegExp(`${name}: expected .*, got "/host/closed", which can't be looked into: EACCES`),
      );
  });

  for (const [what, env, ...lines] of [
    [
      'with nothing set',
      {},
      /^MONITOR_DISK_PATH: expected a path on the host's disk, got "\/" by default, which is an overlay, as the root of a container is: .* set MONITOR_ROOTFS=\/host\/root and MONITOR_PROCFS=\/host\/proc; if this overlay is meant, set MONITOR_DISK_PATH=\/$/,
    ],
    [
      'with a procfs alone',
      { MONITOR_PROCFS: '/host/proc' },
      /^MONITOR_DISK_PATH: expected a path on the host's disk, got "\/" by default/,
    ],
    [
      'with a root alone, where /proc tells of the container',
      { MONITOR_ROOTFS: '/host/root' },
      /^MONITOR_PROCFS: expected the host's proc file system, got "\/proc", in which other file systems are mounted over stat, meminfo, loadavg, uptime: set it, since MONITOR_ROOTFS is set$/,
    ],
    [
      'with trees that are not there',
      { MONITOR_PROCFS: '/host/none', MONITOR_ROOTFS: '/host/none' },
      /^MONITOR_PROCFS: expected the host's proc file system, got "\/host\/none", which is not there$/,
      /^MONITOR_ROOTFS: expected the host's root file system, got "\/host\/none", which is not there$/,
    ],
    [
      'with folders that nothing is mounted on',
      { MONITOR_PROCFS: '/host/empty', MONITOR_ROOTFS: '/host/empty' },
      /^MONITOR_PROCFS: expected the host's proc file system, got "\/host\/empty", which is empty: nothing is mounted there$/,
      /^MONITOR_ROOTFS: expected the host's root file system, got "\/host\/empty", which is empty: nothing is mounted there$/,
    ],
    [
      'with trees that are something else, beside what else is wrong',
      { MONITOR_PORT: 'x', MONITOR_PROCFS: '/host/root', MONITOR_ROOTFS: '/host/proc' },
      /^MONITOR_PORT: /,
      /^MONITOR_PROCFS: expected the host's proc file system, got "\/host\/root", which has no file "stat"$/,
      /^MONITOR_ROOTFS: expected the host's root file system, got "\/host\/proc", which has neither etc\/ nor usr\/$/,
    ],
    [
      'with files for trees',
      { MONITOR_PROCFS: '/etc/hostname', MONITOR_ROOTFS: '/etc/hostname' },
      /^MONITOR_PROCFS: .*, which is no folder$/,
      /^MONITOR_ROOTFS: .*, which is no folder$/,
    ],
    [
      'with its own overlay for the root of the host',
      { MONITOR_PROCFS: '/host/proc', MONITOR_ROOTFS: '/host/..' },
      /^MONITOR_ROOTFS: expected the host's root file system, got "\/host\/\.\.", which is a folder in the overlay of this container: mount it \(docker run .*\), or set MONITOR_DISK_PATH$/,
    ],
    [
      'with a root whose host has no name',
      { MONITOR_PROCFS: '/host/proc', MONITOR_ROOTFS: '/host/nameless' },
      /^MONITOR_IDENTIFIER: expected to be set, since the host's name can't be had from "\/host\/nameless", which has no name in etc\/hostname, and the container's own is not the host's$/,
    ],
  ] as const) {
    test(`it is refused ${what}, in a line for each problem`, async (t) => {
      const nameless = temporaryFolder(t);
      mkdirSync(join(nameless, 'etc'));
      const container = createContainer(t, { mounts: { nameless } });
      const { code, stdout, stderr } = await runInside(container, [], env);
      assert.equal(code, 78, [...stdout, ...stderr].join('\n'));
      assert.equal(stderr.length, lines.length + 1, stderr.join('\n'));
      for (const [index, line] of lines.entries()) {
        assert.ok(stderr[index]?.startsWith(NAME), stderr[index]);
        assert.match(stderr[index]?.slice(NAME.length) ?? '', line);
      }
    });
  }
});
