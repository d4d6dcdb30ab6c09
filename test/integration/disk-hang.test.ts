import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { healthWhen, readHealth, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { startInProcess } from '../support/daemon-in-process.js';
import {
  assertGoesOn,
  assertRecovered,
  assertStopsInTime,
  startWhole,
  told,
} from '../support/fault-watch.js';
import { createFrozenMount, hangsInStatfs, whyNoMount } from '../support/frozen-mount.js';
import { assertNothingLeaked, readHoldings } from '../support/leaks.js';
import { until } from '../support/until.js';

const skip = whyNoMount() ?? false;
describe('a mount that hangs', { concurrency: true, skip }, () => {
  test('leaves every other field fresh, keeps the last disk_pct, and says how old it is', async (t) => {
    const mount = await createFrozenMount(t);
    const { daemon, port, lines } = await startInProcess(t, { MONITOR_DISK_PATH: mount.path });
    const before = await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
    assert.equal(before.stale, undefined);
    await healthWhen(port, ({ status }) => status === 'ok');

    mount.freeze();
    const stale = await telemetryWhen(port, (snapshot) => snapshot.stale?.includes('disk') === true);
    assert.deepEqual(stale.stale, ['disk']);
    assert.equal(stale.disk_pct, before.disk_pct);
    const age = stale.stale_seconds?.['disk'] ?? Number.NaN;
    assert.ok(age >= 2, `${age}`);
    const later = await telemetryWhen(port, ({ stale_seconds }) => (stale_seconds?.['disk'] ?? 0) >= age + 1);
    assert.equal(later.disk_pct, before.disk_pct);
    assert.deepEqual(Object.keys(later.stale_seconds ?? {}), ['disk']);
    assert.ok(later.sampled_at > stale.sampled_at);
    assert.ok((later.uptime_seconds ?? 0) > (before.uptime_seconds ?? Number.POSITIVE_INFINITY));
    for (const name of ['cpu_pct', 'mem_pct', 'swap_pct', 'load_avg', 'nginx_installed'] as const)
      assert.notEqual(later[name], null, name);

    const health = await healthWhen(port, ({ status }) => status === 'degraded');
    assert.deepEqual(health.problems, [`disk: the file system at ${mount.path} does not answer`]);
    assert.equal(health.lanes.disk.restarts, 0);

    mount.thaw();
    await telemetryWhen(port, (snapshot) => snapshot.stale === undefined && snapshot.disk_pct !== null);
    await healthWhen(port, ({ status }) => status === 'ok');
    const told = lines.filter((line) => line['condition'] === 'stale.disk').map(({ level }) => level);
    // On a machine that is busy enough the lane may be late once more; what it said of this hang comes first.
    assert.deepEqual(told.slice(0, 2), ['warn', 'info']);
    assert.equal(await daemon.stop(), true);
  });

  test('does not hold the stop up, which says that a thread is left', async (t) => {
    const mount = await createFrozenMount(t);
    const { daemon, port } = await startInProcess(t, { MONITOR_DISK_PATH: mount.path });
    await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
    mount.freeze();
    await telemetryWhen(port, ({ stale }) => stale?.includes('disk') === true);
    assert.equal(await daemon.stop(), false);
  });

  test('lets the process end with 0 on SIGTERM, although a thread hangs in the kernel', async (t) => {
    const mount = await createFrozenMount(t);
    const { daemon, port } = await startBridge(t, { MONITOR_DISK_PATH: mount.path });
    const pid = daemon.child.pid ?? 0;
    await telemetryWhen(port, ({ disk_pct }) => disk_pct !== null);
    mount.freeze();
    await until('the disk lane to hang', () => hangsInStatfs(pid));
    await assertStopsInTime(daemon);
    assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
  });

  test('from before the start leaves disk unknown and stale, and everything else as it should be, until it answers', async (t) => {
    const mount = await createFrozenMount(t);
    mount.freeze();
    const whole = await startWhole(t, { env: { MONITOR_DISK_PATH: mount.path } });
    const { daemon, port, pid } = whole;
    await until('the disk lane to hang', () => hangsInStatfs(pid));
    const snapshot = await telemetryWhen(
      port,
      ({ cpu_pct, nginx_installed }) => cpu_pct !== null && nginx_installed !== null,
    );
    assert.equal(snapshot.disk_pct, null);
    for (const name of ['mem_pct', 'swap_pct', 'load_avg', 'uptime_seconds', 'nginx_sites'] as const)
      assert.notEqual(snapshot[name], null, name);
    // A disk that was never seen is stale when its time is over.
    const stale = await telemetryWhen(port, (each) => each.stale?.includes('disk') === true);
    assert.equal(stale.disk_pct, null);
    assert.equal((await healthWhen(port, ({ status }) => status === 'degraded')).lanes.proc.restarts, 0);
    await assertGoesOn(whole);
    assert.ok(!('disk_pct' in (whole.backend.heartbeats.at(-1) ?? {})));
    mount.thaw();
    await assertRecovered(whole);
    assert.equal((await readHealth(port)).lanes.disk.restarts, 0);
    // The lane's account of its own time is what it opens behind its first look at the disk.
    const before = {
      ...whole.before,
      descriptors: [...whole.before.descriptors, '/proc/N/task/N/schedstat'],
    };
    await assertNothingLeaked(pid, before);
    await assertStopsInTime(daemon);
  });

  test('costs nothing else, however long: frames, requests and heartbeats go on, and nothing is left behind', async (t) => {
    const mount = await createFrozenMount(t);
    const whole = await startWhole(t, { env: { MONITOR_DISK_PATH: mount.path } });
    const { daemon, port, pid, backend } = whole;
    await assertRecovered(whole);
    mount.freeze();
    await assertGoesOn(whole);
    const stale = await telemetryWhen(port, (snapshot) => snapshot.stale !== undefined);
    assert.deepEqual(stale.stale, ['disk']);
    await assertGoesOn(whole);
    assert.equal(backend.heartbeats.at(-1)?.disk_pct, stale.disk_pct);
    // The thread is left where it is: no other takes its place.
    assert.ok(readHoldings(pid).threads <= whole.before.threads);
    assert.equal((await healthWhen(port, ({ status }) => status === 'degraded')).lanes.disk.restarts, 0);
    mount.thaw();
    await assertRecovered(whole);
    assert.equal((await readHealth(port)).lanes.disk.restarts, 0);
    assert.deepEqual(told(daemon.lines, 'stale.disk'), [
      `warn disk: the file system at ${mount.path} does not answer`,
      `info resolved: disk: the file system at ${mount.path} does not answer`,
    ]);
    await assertNothingLeaked(pid, whole.before);
    await assertStopsInTime(daemon);
  });
});
