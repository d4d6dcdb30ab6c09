import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { it } from 'node:test';
import { end, telemetryWhen } from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { API_KEY, startBackend } from '../support/heartbeat-daemon.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';

const DESCRIPTORS = 1_024;
const ASKED = 20;

onEachTransport((_name, choice) => {
  it('where few files may be open, silent connections keep out neither who asks nor heartbeats', async (t) => {
    const backend = await startBackend(t);
    // Every heartbeat needs a descriptor of its own.
    backend.scriptAll((_request, response) =>
      response.writeHead(200, { connection: 'close', 'content-type': 'application/json' }).end('{}'),
    );
    const limited = ['prlimit', `--nofile=${DESCRIPTORS}:${DESCRIPTORS}`];
    const env = {
      ...choice,
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY: API_KEY,
      MONITOR_REPORT_INTERVAL_SEC: '1',
    };
    const daemon = new DaemonProcess(env, [], [], limited);
    t.after(() => end(daemon));
    await daemon.line(({ msg }) => /the bridge holds 384 connections at most/.test(msg ?? ''));
    const port = Number(new URL(await daemon.address()).port);
    await telemetryWhen(port);

    const silent: Socket[] = [];
    t.after(() => {
      for (const socket of silent) socket.destroy();
    });
    for (let asked = 0; asked < ASKED; asked++) {
      for (let i = 0; i < DESCRIPTORS / 10; i++) {
        const socket = connect(port, '127.0.0.1');
        socket.on('error', () => {});
        silent.push(socket);
      }
      assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
    }
    const { length } = backend.arrivals;
    await backend.arrived(length + 2);
    assert.deepEqual(
      daemon.lines.filter(({ msg }) => /EMFILE/.test(msg ?? '')),
      [],
    );
  });

  it('with 64 descriptors, 500 silent connections keep nobody out', async (t) => {
    const limited = ['prlimit', '--nofile=64:64'];
    const backend = await startBackend(t);
    const env = {
      ...choice,
      MONITOR_BRIDGE_SOCKET: `${temporaryFolder(t)}/s`,
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY: API_KEY,
    };
    const daemon = new DaemonProcess(env, [], [], limited);
    t.after(() => end(daemon));
    await daemon.line(({ msg }) => /the bridge holds 4 connections at most/.test(msg ?? ''));
    const port = Number(new URL(await daemon.address()).port);
    await telemetryWhen(port);
    // All of them wait in the kernel's queue when the daemon looks at it again.
    daemon.child.kill('SIGSTOP');
    const silent = Array.from({ length: 500 }, () => connect(port, '127.0.0.1').on('error', () => {}));
    t.after(() => {
      for (const socket of silent) socket.destroy();
    });
    await Promise.all(silent.map((socket) => socket.connecting && once(socket, 'connect')));
    daemon.child.kill('SIGCONT');
    // A connection that is accepted along with the others may be cut with them.
    await until('an answer', async () => {
      try {
        return (await rawRequest(port, 'GET', '/telemetry')).status === 200;
      } catch {
        return false;
      }
    });
    for (let asked = 0; asked < ASKED; asked++)
      assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
  });
});
