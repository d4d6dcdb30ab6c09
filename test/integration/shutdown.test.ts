import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { end, push, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { assertStopsInTime } from '../support/fault-watch.js';
import { freePort } from '../support/free-port.js';
import { RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { ReferenceBackend } from '../support/reference-backend.js';
import { runOnce } from '../support/run-once.js';
import { TELL_OF_SIGNALS, takesSignals, takingSignals } from '../support/signal-taking.js';
import { until } from '../support/until.js';

const KEY = 'shutdown-test-key-0123456789';
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

function start(t: TestContext, env: Readonly<Record<string, string>> = {}): DaemonProcess {
  const daemon = new DaemonProcess(env, [], TELL_OF_SIGNALS);
  t.after(() => end(daemon));
  return daemon;
}

function backendEnv(backend: ReferenceBackend): Record<string, string> {
  return { MONITOR_BACKEND_URL: backend.url, MONITOR_API_KEY: KEY, MONITOR_REPORT_INTERVAL_SEC: '1' };
}

async function startBackend(t: TestContext): Promise<ReferenceBackend> {
  const backend = await ReferenceBackend.start({ apiKey: KEY });
  t.after(() => backend.stop());
  return backend;
}

for (const signal of SIGNALS) {
  test(`${signal} ends a daemon that runs with 0, and frees the port`, async (t) => {
    const { daemon, port } = await startBridge(t);
    await telemetryWhen(port);
    await assertStopsInTime(daemon, [signal]);
    assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
    await assert.rejects(RawConnection.open(port), { code: 'ECONNREFUSED' });
  });

  test(`${signal} before the bridge listens ends it with 0`, async (t) => {
    const daemon = start(t);
    await takingSignals(daemon);
    await assertStopsInTime(daemon, [signal]);
  });
}

test('a signal as soon as the bridge listens, while the lanes are starting, ends it with 0', async (t) => {
  const { daemon } = await startBridge(t);
  await assertStopsInTime(daemon);
});

test('a signal at any moment of the start never leaves a process behind, or ends it with anything but 0', async (t) => {
  // Before the program's first line it is Node that the signal ends, by itself.
  for (let delayMs = 0; delayMs <= 400; delayMs += 40) {
    const daemon = start(t);
    await new Promise((resolve) => setTimeout(resolve, delayMs));
    const started = takesSignals(daemon);
    const code = await daemon.stop();
    assert.ok(code === 0 || (!started && code === 'SIGTERM'), `after ${delayMs} ms: ${code}`);
    assert.equal(daemon.stderr, '');
  }
});

test('signals again and again, of both kinds, change nothing', async (t) => {
  const backend = await startBackend(t);
  backend.scriptAll(() => {});
  const { daemon } = await startBridge(t, backendEnv(backend));
  await backend.arrived(1);
  daemon.child.kill('SIGTERM');
  const timer = setInterval(() => daemon.child.kill(Math.random() < 0.5 ? 'SIGINT' : 'SIGTERM'), 10);
  t.after(() => clearInterval(timer));
  assert.equal(await daemon.exited, 0);
  assert.equal(daemon.lines.filter(({ msg }) => msg === 'stopped').length, 1);
});

describe('a heartbeat in flight', () => {
  test('that is never answered does not hold the end up', async (t) => {
    const backend = await startBackend(t);
    backend.scriptAll(() => {});
    const { daemon } = await startBridge(t, backendEnv(backend));
    await backend.arrived(1);
    await assertStopsInTime(daemon);
    assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
  });

  test('that is answered after the signal is let finish', async (t) => {
    const backend = await startBackend(t);
    let answer = (): void => {};
    backend.scriptAll((_, response) => {
      answer = () => response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"ok"}');
    });
    const { daemon, port } = await startBridge(t, backendEnv(backend));
    await backend.arrived(1);
    daemon.child.kill('SIGTERM');
    // The bridge is closed first: when it is, the signal has been taken.
    await until('the bridge to be closed', () =>
      rawRequest(port, 'GET', '/health').then(
        () => false,
        () => true,
      ),
    );
    assert.equal(daemon.child.exitCode, null);
    answer();
    assert.equal(await daemon.exited, 0);
    assert.ok(daemon.lines.some(({ msg }) => msg === 'first heartbeat accepted'));
  });

  test('whose answer dribbles for ever does not hold the end up', async (t) => {
    const backend = await startBackend(t);
    const timers = new Set<NodeJS.Timeout>();
    t.after(() => {
      for (const timer of timers) clearInterval(timer);
    });
    backend.scriptAll((_, response) => {
      response.writeHead(200);
      timers.add(setInterval(() => response.write('x'), 50));
    });
    const { daemon } = await startBridge(t, backendEnv(backend));
    await backend.arrived(1);
    await assertStopsInTime(daemon);
  });
});

test('connections that are open, idle or half-way through a push, do not hold the end up', async (t) => {
  const { daemon, port } = await startBridge(t);
  const open = await Promise.all(Array.from({ length: 3 }, () => RawConnection.open(port)));
  t.after(() => {
    for (const connection of open) connection.destroy();
  });
  open[0]?.write(
    `${requestHead('POST', '/openclaw', { 'content-type': 'application/json', 'content-length': '9' })}{`,
  );
  open[1]?.write('GET /tele');
  await push(port, { version: 'x', plugin_version: 'y' });
  await assertStopsInTime(daemon);
  await Promise.all(open.map((connection) => connection.closed));
});

describe('a port that is taken', () => {
  onEachTransport((_, env) => {
    test('by another program: 1, and one line that names it', async (t) => {
      const server: Server = createServer().listen(0, '127.0.0.1');
      t.after(() => server.close());
      await new Promise((resolve) => server.once('listening', resolve));
      const address = server.address();
      const port = typeof address === 'object' ? String(address?.port) : '';
      const { code, stdout, stderr } = await runOnce(['--port', port], env);
      assert.equal(code, 1);
      assert.match(
        stderr,
        new RegExp(`^harborforge-monitor: [^\\n]*127\\.0\\.0\\.1:${port}[^\\n]*in use[^\\n]*\\n$`),
      );
      assert.equal(stdout, '');
    });
  });

  test('by another Monitor: the port is not shared, and the first serves on', async (t) => {
    const { port } = await startBridge(t, { MONITOR_IDENTIFIER: 'first' });
    assert.equal((await runOnce(['--port', String(port), '--identifier', 'second'])).code, 1);
    for (let i = 0; i < 20; i++) {
      const { body } = await rawRequest(port, 'GET', '/health');
      assert.equal((JSON.parse(body) as { identifier: string }).identifier, 'first');
    }
  });

  test('by one of several Monitors that start at once: only that one gets it', async (t) => {
    const port = String(await freePort());
    const all = Array.from({ length: 4 }, () => start(t, { MONITOR_PORT: port }));
    const gotIt = await Promise.all(
      all.map((each) =>
        each.address().then(
          () => true,
          () => false,
        ),
      ),
    );
    assert.equal(gotIt.filter((got) => got).length, 1);
  });

  test('by connections that a Monitor left behind when it ended: it is free all the same', async (t) => {
    const port = await freePort();
    const first = await startBridge(t, { MONITOR_PORT: String(port) });
    const connection = await RawConnection.open(port);
    connection.write(requestHead('GET', '/health'));
    await connection.answer();
    assert.equal(await first.daemon.stop(), 0);
    const second = await startBridge(t, { MONITOR_PORT: String(port) });
    assert.equal(second.port, port);
  });
});
