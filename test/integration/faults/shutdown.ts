import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { end, readHealth, startBridge, telemetryWhen } from '../../support/bridge-client.js';
import { DaemonProcess } from '../../support/daemon-process.js';
import { assertStopsInTime, startWhole } from '../../support/fault-watch.js';
import { createFaults } from '../../support/faults.js';
import { createFrozenMount, whyNoMount } from '../../support/frozen-mount.js';
import { TELL_OF_SIGNALS, takesSignals } from '../../support/signal-taking.js';
import { until } from '../../support/until.js';

/** Asks for /health over 40 connections, on each ten times at once and again for each answer. */
const FLOOD = `
const { connect } = require('node:net');
const request = 'GET /health HTTP/1.1\\r\\nhost: 127.0.0.1\\r\\n\\r\\n';
for (let i = 0; i < 40; i++) {
  const socket = connect(Number(process.argv[1]), '127.0.0.1').on('error', () => {});
  socket.setEncoding('latin1').on('data', (text) => socket.write(request.repeat(text.split('HTTP/1.1 ').length - 1)));
  socket.write(request.repeat(10));
}`;

/** More requests than the bridge's thread can answer, from a process of their own, until the test ends. */
function flood(t: TestContext, port: number): ChildProcess {
  const child = spawn(process.execPath, ['-e', FLOOD, String(port)], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child;
}

/** CPU time that the main thread of process `pid` has taken, ns. */
function mainCpuNs(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'latin1').split(' ')[0]);
}

/** Waits until the main thread of process `pid` has done nothing but work for a while. */
async function isBusy(pid: number): Promise<void> {
  const start = mainCpuNs(pid);
  await until('the event loop to be full', () => mainCpuNs(pid) - start > 500e6);
}

/** What may hang when the daemon is to end. */
export function shutdownFaults(): void {
  for (const signals of [
    ['SIGTERM', 'SIGINT'],
    ['SIGINT', 'SIGTERM', 'SIGTERM'],
  ] as const) {
    test(`the end, within three seconds and with 0, comes when ${signals.join(' and ')} come at once`, async (t) => {
      const { daemon } = await startWhole(t);
      await assertStopsInTime(daemon, signals);
      assert.equal(daemon.lines.filter(({ msg }) => msg === 'stopped').length, 1);
    });
  }

  test('the end, within three seconds and with 0, comes with an event loop that is full', async (t) => {
    const { daemon, port } = await startBridge(t);
    await telemetryWhen(port);
    flood(t, port);
    await isBusy(daemon.child.pid ?? 0);
    await assertStopsInTime(daemon);
  });

  for (const thread of ['proc', 'disk', 'heartbeat'] as const) {
    test(`the end, within three seconds and with 0, comes with a loop without an end in the ${thread} thread`, async (t) => {
      const faults = createFaults(t);
      const { daemon } = await startWhole(t, { nodeArgs: faults.nodeArgs });
      await faults.strike(thread, 'loop');
      await assertStopsInTime(daemon);
    });
  }

  test('the end, within three seconds and with 0, comes when all of it hangs at once: procfs, disk, backend, and the event loop is full', {
    skip: whyNoMount() ?? false,
  }, async (t) => {
    const procfs = await createFrozenMount(t, '/proc');
    const disk = await createFrozenMount(t);
    const { daemon, pid, port, backend } = await startWhole(t, {
      env: { MONITOR_PROCFS: procfs.path, MONITOR_DISK_PATH: disk.path },
    });
    backend.scriptAll(() => {});
    const { length } = backend.arrivals;
    procfs.freeze();
    disk.freeze();
    await until('a heartbeat without an answer', () => backend.arrivals.length > length);
    await until('frames to stop', async () => (await readHealth(port)).lanes.proc.age_ms > 2_000);
    flood(t, port);
    await isBusy(pid);
    await assertStopsInTime(daemon);
    assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
  });

  test('the end, within three seconds and with 0, comes at any moment of the first second, whatever is going on', async (t) => {
    for (let i = 0; i < 16; i++) {
      const delayMs = Math.round(Math.random() * 1_000);
      const daemon = new DaemonProcess({}, [], TELL_OF_SIGNALS);
      t.after(() => end(daemon));
      await delay(delayMs);
      // Before the program's first line it is Node that the signal ends, by itself.
      if (takesSignals(daemon)) await assertStopsInTime(daemon);
      else {
        const code = await daemon.stop();
        assert.ok(code === 0 || code === 'SIGTERM', `${code} after ${delayMs} ms`);
      }
    }
  });
}
