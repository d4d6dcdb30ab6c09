import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { rmSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { assertError, end, healthWhen, readHealth, telemetryWhen } from '../../support/bridge-client.js';
import { DaemonProcess } from '../../support/daemon-process.js';
import {
  assertGoesOn,
  assertRecovered,
  assertStopsInTime,
  startWhole,
  toldOver,
} from '../../support/fault-watch.js';
import { copyMachine, readFixture } from '../../support/fixtures.js';
import { createFrozenMount, whyNoMount } from '../../support/frozen-mount.js';
import { assertNothingLeaked } from '../../support/leaks.js';
import { rawRequest } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

const MACHINE = 'kvm-host';
/** Each cut off within something that is needed. */
const SHRUNK_BYTES = { stat: 20, meminfo: 40, loadavg: 7, uptime: 3 };
const FIELDS = [
  ['mem_pct', 'memory'],
  ['swap_pct', 'swap'],
  ['load_avg', 'load'],
  ['uptime_seconds', 'uptime'],
] as const;
const STOPPED = 'the sampler has stopped: no new frames';

/** A procfs that stops answering, and one whose files are not what they should be. */
export function procfsFaults(): void {
  const skip = whyNoMount() ?? false;
  test('a procfs that stops answering leaves bridge and heartbeats as they are, and once it answers the values are back', {
    skip,
  }, async (t) => {
    const mount = await createFrozenMount(t, '/proc');
    const whole = await startWhole(t, { env: { MONITOR_PROCFS: mount.path } });
    const { daemon, port, backend } = whole;

    mount.freeze();
    const health = await healthWhen(port, ({ problems }) => problems.includes(STOPPED));
    assert.equal(health.status, 'unhealthy');
    assertError(await rawRequest(port, 'GET', '/telemetry'), 503, 'sample_stale');
    await assertGoesOn(whole, { frames: true });
    // Of a host of which nothing is known any more nothing is told, but that it is there.
    const count = backend.heartbeats.length;
    await until('a heartbeat', () => backend.heartbeats.length > count);
    assert.deepEqual(Object.keys(backend.heartbeats.at(-1) ?? {}), ['identifier']);
    // The lane is given up, and so may be the next one: each waits in the kernel.
    await healthWhen(port, ({ lanes }) => lanes.proc.restarts > 0);

    mount.thaw();
    await assertRecovered(whole);
    await assertGoesOn(whole);
    const lines = await toldOver(daemon.lines, 'frames');
    assert.deepEqual(lines, [`error ${STOPPED}`, `info resolved: ${STOPPED}`]);
    // Those that were given up wake, find that others have taken their place, and end.
    await assertNothingLeaked(whole.pid, whole.before);
    await assertStopsInTime(daemon);
  });

  test('a procfs that stops answering does not keep the daemon from ending', { skip }, async (t) => {
    const mount = await createFrozenMount(t, '/proc');
    const { daemon, port } = await startWhole(t, { env: { MONITOR_PROCFS: mount.path } });
    mount.freeze();
    await healthWhen(port, ({ problems }) => problems.includes(STOPPED));
    await assertStopsInTime(daemon);
    assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
  });

  test('a procfs that stops answering from before the start is said, waited for, and sampled as soon as it answers', {
    skip,
  }, async (t) => {
    const mount = await createFrozenMount(t, '/proc');
    mount.freeze();
    const daemon = new DaemonProcess({ MONITOR_PROCFS: mount.path });
    t.after(() => end(daemon));
    const { level } = await daemon.line(({ msg }) => msg?.endsWith('which gives no answer') === true);
    assert.equal(level, 'warn');
    const port = Number(new URL(await daemon.address()).port);
    assertError(await rawRequest(port, 'GET', '/telemetry'), 503, 'no_sample');
    assert.equal((await readHealth(port)).status, 'unhealthy');
    await healthWhen(port, ({ problems }) => problems.includes(STOPPED));
    mount.thaw();
    await assertRecovered({ port });
    await assertStopsInTime(daemon);
  });

  test('a procfs that stops answering from before the start does not keep the daemon from ending', {
    skip,
  }, async (t) => {
    const mount = await createFrozenMount(t, '/proc');
    mount.freeze();
    const daemon = new DaemonProcess({ MONITOR_PROCFS: mount.path });
    t.after(() => end(daemon));
    await daemon.address();
    await assertStopsInTime(daemon);
  });

  for (const [what, spoil] of [
    ['shrink', (path) => truncateSync(path, SHRUNK_BYTES[basename(path) as keyof typeof SHRUNK_BYTES])],
    ['are empty', (path) => truncateSync(path, 0)],
    ['vanish', (path) => rmSync(path)],
    ['turn to garbage', (path) => writeFileSync(path, randomBytes(4_096))],
  ] as const satisfies readonly (readonly [string, (path: string) => void])[]) {
    test(`a procfs whose files ${what} leaves each time the others as they are, until the file is whole again`, async (t) => {
      const procfs = copyMachine(t, MACHINE);
      const whole = await startWhole(t, { env: { MONITOR_PROCFS: procfs } });
      for (const [file, stale] of [
        ['stat', ['cpu', 'cores']],
        ['meminfo', ['memory', 'swap']],
        ['loadavg', ['load']],
        ['uptime', ['uptime']],
      ] as const) {
        const before = await telemetryWhen(whole.port, (snapshot) => snapshot.stale === undefined);
        spoil(join(procfs, file));
        const spoilt = await telemetryWhen(whole.port, (snapshot) => snapshot.stale?.length === stale.length);
        assert.deepEqual(spoilt.stale, stale);
        for (const [field, source] of FIELDS) {
          const isUnknown = stale.some((each) => each === source);
          assert.deepEqual(spoilt[field], isUnknown ? null : before[field], `${field} without ${file}`);
        }
        await healthWhen(whole.port, ({ problems }) => problems.length === stale.length);
        await assertGoesOn(whole);
        writeFileSync(join(procfs, file), readFixture(MACHINE, file));
      }
      await healthWhen(whole.port, ({ status }) => status === 'ok');
      for (const source of ['cpu', 'cores', 'memory', 'swap', 'load', 'uptime']) {
        const lines = await toldOver(whole.daemon.lines, `stale.${source}`);
        assert.equal(lines.length, 2, lines.join('\n'));
        const [, said = ''] = /^info resolved: (.*)$/.exec(lines[1]!) ?? [];
        assert.match(said, new RegExp(`^${source}: cannot (read|parse) `));
        assert.ok(lines[0]!.startsWith(`warn ${said}: `), lines.join('\n'));
      }
      await assertNothingLeaked(whole.pid, whole.before);
    });
  }
}
