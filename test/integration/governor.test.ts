import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { DearProcfs } from '../../bench/support/dear-procfs.js';
import { healthWhen, readHealth, startBridge, telemetryWhen } from '../support/bridge-client.js';

const CONFIGURED_MS = 20;

test('a host whose files are dear to read is sampled less often, and as often as before when they are cheap again', async (t) => {
  const procfs = await DearProcfs.make();
  t.after(() => procfs.remove());
  const { daemon, port } = await startBridge(t, {
    MONITOR_PROCFS: procfs.path,
    MONITOR_SAMPLE_INTERVAL_MS: String(CONFIGURED_MS),
    MONITOR_CPU_BUDGET_PCT: '0.5',
  });
  const told = await daemon.line(({ condition }) => condition === 'budget');
  assert.equal(told['msg'], 'sampling is slowed down to stay within 0.5 % of a core');
  const slowed = await healthWhen(port, ({ lanes }) => lanes.proc.interval_ms >= 10 * CONFIGURED_MS);
  assert.equal(slowed.lanes.proc.interval_ms_configured, CONFIGURED_MS);
  // What can be had goes on being told, over windows of as many seconds as ever.
  const snapshot = await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
  assert.ok(snapshot.sampling.interval_ms >= 10 * CONFIGURED_MS, JSON.stringify(snapshot));
  assert.deepEqual(snapshot.stale, ['memory', 'swap']);

  await procfs.makeCheap();
  const back = await healthWhen(
    port,
    ({ lanes }) => lanes.proc.interval_ms <= slowed.lanes.proc.interval_ms / 2,
  );
  assert.ok(back.lanes.proc.interval_ms >= CONFIGURED_MS);
  await telemetryWhen(port, ({ mem_pct, stale }) => mem_pct !== null && stale === undefined);
  assert.equal((await readHealth(port)).status, 'ok');
});

test('no thread but the proc lane has its timer slack taken away', async (t) => {
  const { daemon, port } = await startBridge(t);
  await telemetryWhen(port);
  const pid = daemon.child.pid!;
  const slacksNs = readdirSync(`/proc/${pid}/task`).map((tid) =>
    Number(readFileSync(`/proc/${tid}/timerslack_ns`, 'ascii')),
  );
  assert.equal(slacksNs.filter((ns) => ns === 1).length, 1, slacksNs.join());
});
