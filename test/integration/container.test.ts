import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statfsSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { diskUsedPct } from '../../workers/host/statvfs.js';
import { healthWhen, readHealth, telemetryWhen } from '../support/bridge-client.js';
import {
  CONTAINER,
  type ContainerOptions,
  createContainer,
  HOST,
  pidInside,
  runInside,
  stopInside,
  whyNoContainer,
} from '../support/container.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { readExpected, temporaryFolder } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';

const NAME = 'harborforge-monitor: ';
const TREES = { MONITOR_PROCFS: '/host/proc', MONITOR_ROOTFS: '/host/root' };

type Env = Readonly<Record<string, string | undefined>>;

/** Starts the daemon in a container, with nothing set but what is given. */
async function startInside(t: TestContext, env: Env, options: ContainerOptions = {}) {
  const { wrapper } = createContainer(t, options);
  const daemon = new DaemonProcess({ MONITOR_DISK_PATH: undefined, ...env }, [], [], wrapper);
  t.after(() => stopInside(daemon, 'SIGKILL'));
  const port = Number(new URL(await daemon.address()).port);
  // What serves the bridge is a matter of this machine's, and not of the container.
  const warnings = () =>
    daemon.lines.flatMap(({ level, msg = '' }) =>
      level === 'warn' && !msg.startsWith('node:http serves the bridge') ? [msg] : [],
    );
  return { daemon, port, warnings };
}

/** A line of a kernel file of the host's, which this process is on. */
function field(file: string, name: string): number {
  const [, value] = new RegExp(`^${name}:? +(\\d+)`, 'm').exec(readFileSync(`/proc/${file}`, 'utf8')) ?? [];
  assert.ok(value !== undefined, `${file}: ${name}`);
  return Number(value);
}

function uptime(): number {
  return Math.floor(Number.parseFloat(readFileSync('/proc/uptime', 'utf8')));
}

/** The used share of the file system at `path`, as it is now. */
function usedPct(path: string): number {
  const { blocks, bfree, bavail } = statfsSync(path);
  return diskUsedPct(blocks, bfree, bavail);
}

function isNear(value: number | null, expected: number, tolerance: number): boolean {
  return value !== null && Math.abs(value - expected) <= tolerance;
}

/** Waits until /telemetry tells what is read of this machine at about the same time. */
async function assertTellsOfThisMachine(port: number): Promise<void> {
  const bootedAfter = uptime();
  await telemetryWhen(port, ({ mem_pct, load_avg, disk_pct, cpu_pct }) => {
    const memory = 100 * (1 - field('meminfo', 'MemAvailable') / field('meminfo', 'MemTotal'));
    const load = readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).map(Number);
    return (
      cpu_pct !== null &&
      isNear(mem_pct, memory, 1) &&
      isNear(disk_pct, usedPct('/'), 0.2) &&
      JSON.stringify(load_avg) === JSON.stringify(load)
    );
  });
  const { uptime_seconds } = await telemetryWhen(port, (each) => (each.uptime_seconds ?? 0) >= bootedAfter);
  assert.ok((uptime_seconds ?? Number.NaN) <= uptime(), `${uptime_seconds}`);
}

const skip = whyNoContainer() ?? false;
describe('in a container', { concurrency: 4, skip }, () => {
  const skipHung = whyNoMount() ?? false;
  test('whose mount of the root hangs it starts when it has a name, says so, and tells everything else', {
    skip: skipHung,
  }, async (t) => {
    const mount = await createFrozenMount(t, '/');
    mount.freeze();
    const { daemon, port, warnings } = await startInside(
      t,
      { ...TREES, MONITOR_ROOTFS: '/host/hung', MONITOR_IDENTIFIER: 'given' },
      { mounts: { hung: mount.path } },
    );
    const snapshot = await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
    assert.deepEqual([snapshot.disk_pct, snapshot.nginx_installed], [null, null]);
    for (const name of ['mem_pct', 'load_avg', 'uptime_seconds'] as const)
      assert.notEqual(snapshot[name], null);
    assert.equal(
      warnings()[0],
      `MONITOR_ROOTFS: expected the host's root file system, got "/host/hung", which gives no answer`,
    );
    assert.equal(await stopInside(daemon), 0);
  });

  test('whose mount of the root hangs it is refused when nothing else tells its name', {
    skip: skipHung,
  }, async (t) => {
    const mount = await createFrozenMount(t, '/');
    mount.freeze();
    const container = createContainer(t, { mounts: { hung: mount.path } });
    const { code, stderr } = await runInside(container, [], { ...TREES, MONITOR_ROOTFS: '/host/hung' });
    assert.equal(code, 78);
    assert.match(stderr[0] ?? '', /MONITOR_IDENTIFIER: expected to be set, .*, which gives no answer, and/);
  });

  test('with the trees of the host every number, the sites, the name and the inventory are those of the host', async (t) => {
    const { daemon, port, warnings } = await startInside(t, TREES);
    await assertTellsOfThisMachine(port);
    const snapshot = await telemetryWhen(port, ({ nginx_sites }) => nginx_sites !== null);
    assert.deepEqual(snapshot.nginx_sites, [HOST.site]);

    const { host } = await healthWhen(port, (health) => health.host !== null);
    const told = host as Readonly<Record<string, unknown>>;
    const [, system = ''] = /^NAME="?([^"\n]+)"?$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
    assert.ok(String(told['os']).startsWith(system), `${told['os']}, not ${system}`);
    assert.equal(told['kernel'], release());
    assert.equal(told['cpu_cores'], cpus().length);
    assert.equal(told['cpu_model'], cpus()[0]?.model.trim());

    const health = await healthWhen(port, ({ status }) => status === 'ok');
    assert.equal((health as { identifier?: string }).identifier, HOST.name);
    // What the sampler takes is read of the Monitor's own /proc: in the host's it has another number.
    await healthWhen(
      port,
      (each) => Number((each as { cost?: { sampler_cpu_pct?: number } }).cost?.sampler_cpu_pct) > 0,
    );
    assert.deepEqual(warnings(), []);
    assert.equal(await stopInside(daemon), 0);
  });

  test('it runs on a root that can not be written to, as nobody, without /tmp, /dev and a shell', async (t) => {
    const { daemon, port, warnings } = await startInside(t, TREES, {
      isReadOnly: true,
      isUnprivileged: true,
    });
    await assertTellsOfThisMachine(port);
    await healthWhen(port, ({ status, host }) => status === 'ok' && host !== null);
    assert.match(readFileSync(`/proc/${pidInside(daemon)}/status`, 'utf8'), /^Uid:\t65534\t/m);
    assert.deepEqual(warnings(), []);
    assert.equal(await stopInside(daemon), 0);
  });

  test('it tells of itself when its own overlay is asked for, and that its name is none that stays', async (t) => {
    const { daemon, port, warnings } = await startInside(t, { MONITOR_DISK_PATH: '/' });
    const expected = readExpected('lxcfs');
    const snapshot = await telemetryWhen(port, (each) => each.disk_pct !== null && each.nginx_sites !== null);
    assert.equal(snapshot.uptime_seconds, expected.uptime_seconds);
    assert.deepEqual(snapshot.nginx_sites, [CONTAINER.site]);
    assert.deepEqual(warnings(), [
      `MONITOR_IDENTIFIER: the host name, "${CONTAINER.name}", is a container's own; set a name that stays`,
    ]);
    assert.equal(((await readHealth(port)) as { identifier?: string }).identifier, CONTAINER.name);
    assert.equal(await stopInside(daemon), 0);
  });

  test('without an overlay it starts with one tree alone, and says of what the rest is told', async (t) => {
    const { daemon, port, warnings } = await startInside(
      t,
      { MONITOR_PROCFS: '/host/proc', MONITOR_IDENTIFIER: 'given' },
      { root: 'tmpfs' },
    );
    const snapshot = await telemetryWhen(port, (each) => each.nginx_sites !== null);
    assert.deepEqual(snapshot.nginx_sites, [CONTAINER.site]);
    assert.deepEqual(warnings(), [
      "MONITOR_ROOTFS: is not set, but MONITOR_PROCFS is; disk, nginx and the host's name are those of / here",
    ]);
    assert.equal(await stopInside(daemon), 0);
  });

  test('--check-config makes the same checks, and shows what was found and where the name is from', async (t) => {
    const { code, stdout, stderr } = await runInside(createContainer(t), ['--check-config'], TREES);
    assert.deepEqual([code, stderr], [0, []]);
    const rows = stdout.map((line) => line.split(/ {2,}/));
    assert.deepEqual(
      rows.find(([name]) => name === 'MONITOR_IDENTIFIER'),
      ['MONITOR_IDENTIFIER', HOST.name, '/host/root/etc/hostname'],
    );
    assert.deepEqual(stdout.slice(-2), [
      'MONITOR_PROCFS: "/host/proc" has the counters of a kernel',
      'MONITOR_ROOTFS: "/host/root" has a root file system',
    ]);
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
