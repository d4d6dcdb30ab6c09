import assert from 'node:assert/strict';
import { readFileSync, statfsSync } from 'node:fs';
import { cpus, release } from 'node:os';
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
import { readExpected } from '../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';

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
  test('whose mount of the root hangs it starts when it has a name, says so, and tells everything else', {
    skip: whyNoMount() ?? false,
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
});
