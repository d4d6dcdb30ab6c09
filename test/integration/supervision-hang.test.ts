import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { healthWhen, readHealth, startBridge, telemetryWhen } from '../support/bridge-client.js';
import type { LogLine } from '../support/daemon-process.js';
import { assertStopsInTime, startWhole } from '../support/fault-watch.js';
import { createFaults } from '../support/faults.js';
import { copyMachine, readFixture, temporaryFolder } from '../support/fixtures.js';
import { createMortalFile } from '../support/mortal-file.js';

test('a proc lane that hangs in the kernel is given up and replaced, publishes nothing when it wakes, and the daemon ends with 0', async (t) => {
  const procfs = copyMachine(t, 'kvm-host');
  const loadavg = join(procfs, 'loadavg');
  const fifo = join(procfs, 'fifo');
  rmSync(loadavg);
  const mortal = await createMortalFile(t, loadavg, '0.10 0.20 0.30 ');
  const { daemon, port } = await startBridge(t, { MONITOR_PROCFS: procfs });
  await telemetryWhen(port, ({ load_avg }) => load_avg?.[0] === 0.1);

  // A named pipe that nobody writes to: to open it blocks in the kernel, where no thread can be ended from outside.
  rmSync(loadavg);
  execFileSync('mkfifo', [loadavg]);
  await mortal.kill();
  await healthWhen(port, ({ problems }) => problems.includes('the sampler has stopped: no new frames'));
  renameSync(loadavg, fifo);
  writeFileSync(loadavg, readFixture('kvm-host', 'loadavg'));

  const replaced = await healthWhen(
    port,
    ({ status, lanes }) => status === 'ok' && lanes.proc.restarts === 1,
  );
  assert.equal(replaced.lanes.proc.running, true);
  const { sampled_at: before } = await telemetryWhen(port);

  // The old one wakes up. It would count its ticks from where it stood, and start no lower.
  closeSync(openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK));
  let last = (await readHealth(port)).lanes.proc.ticks;
  await healthWhen(port, ({ lanes }) => {
    assert.ok(lanes.proc.ticks >= last, `${last} ticks, then ${lanes.proc.ticks}`);
    assert.equal(lanes.proc.restarts, 1);
    last = lanes.proc.ticks;
    return last > replaced.lanes.proc.ticks + 40;
  });
  await telemetryWhen(port, ({ sampled_at, load_avg }) => sampled_at > before && load_avg !== null);
  assert.equal(await daemon.stop(), 0);
});

test('a proc lane that was given up and never wakes lets the daemon end with 0', async (t) => {
  const procfs = copyMachine(t, 'kvm-host');
  const meminfo = join(procfs, 'meminfo');
  rmSync(meminfo);
  execFileSync('mkfifo', [meminfo]);
  const { daemon, port } = await startBridge(t, { MONITOR_PROCFS: procfs });
  assert.equal((await readHealth(port)).status, 'unhealthy');
  await healthWhen(port, ({ problems }) => problems.includes('the sampler has stopped: no new frames'));
  rmSync(meminfo);
  writeFileSync(meminfo, readFixture('kvm-host', 'meminfo'));
  await healthWhen(port, ({ status, lanes }) => status === 'ok' && lanes.proc.restarts === 1);
  assert.equal(await daemon.stop(), 0);
  assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
});

test('a heartbeat thread that hangs in the kernel is named in /health and in the log, another sends heartbeats, and the daemon ends with 0', async (t) => {
  const fifo = join(temporaryFolder(t), 'fifo');
  execFileSync('mkfifo', [fifo]);
  const faults = createFaults(t);
  const { daemon, port, backend } = await startWhole(t, { nodeArgs: faults.nodeArgs });
  await faults.strike('heartbeat', `read ${fifo}`);
  const before = backend.arrivals.length;
  const hangs =
    'a heartbeat thread hangs in the kernel and cannot be terminated; another one sends heartbeats';
  const { status } = await healthWhen(
    port,
    ({ problems, heartbeat }) => problems.includes(hangs) && heartbeat.running,
  );
  assert.equal(status, 'degraded');
  await backend.arrived(before + 2);
  const isOfIt = ({ condition }: LogLine) => condition === 'heartbeat.hung';
  assert.deepEqual(
    daemon.lines.filter(isOfIt).map(({ level, msg }) => [level, msg]),
    [['error', hangs]],
  );
  await assertStopsInTime(daemon);
});
