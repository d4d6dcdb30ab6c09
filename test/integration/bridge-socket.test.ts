import assert from 'node:assert/strict';
import { chmodSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  assertError,
  end,
  JSON_TYPE,
  readHealth,
  startBridge,
  telemetryWhen,
} from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { DaemonProcess } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { rawRequest } from '../support/raw-http.js';
import { runOnce } from '../support/run-once.js';
import { telemetrySchema } from '../support/telemetry-schema.js';
import { until } from '../support/until.js';

const PUSH = '{"version":"x","plugin_version":"y"}';

function setUp(t: TestContext) {
  const folder = temporaryFolder(t);
  return { folder, path: join(folder, 'monitor.sock') };
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

onEachTransport((_, env) => {
  test('the socket serves what the port serves, and is removed when the daemon ends', async (t) => {
    const { folder, path } = setUp(t);
    const { daemon, port } = await startBridge(t, { ...env, MONITOR_BRIDGE_SOCKET: path });
    await telemetryWhen(port, ({ cpu_pct, disk_pct }) => cpu_pct !== null && disk_pct !== null);
    const { status, body } = await rawRequest(path, 'GET', '/telemetry', { headers: { host: 'localhost' } });
    assert.equal(status, 200);
    telemetrySchema.parse(JSON.parse(body));
    const pushed = await rawRequest(path, 'POST', '/openclaw', { headers: JSON_TYPE, body: PUSH });
    assert.equal(pushed.status, 200);
    assert.equal((await readHealth(port)).openclaw?.version, 'x');
    assertError(await rawRequest(path, 'GET', '/nowhere'), 404, 'not_found');
    assertError(await rawRequest(path, 'DELETE', '/health'), 405, 'method_not_allowed');
    assert.deepEqual(readdirSync(folder), ['monitor.sock']);
    assert.equal(await daemon.stop(), 0);
    assert.deepEqual(readdirSync(folder), []);
  });

  test('Host, Origin and the token are looked at on the socket, too', async (t) => {
    const { folder, path } = setUp(t);
    const token = 'a-token-of-the-socket-0123';
    const file = join(folder, 'token');
    writeFileSync(file, token);
    chmodSync(file, 0o600);
    await startBridge(t, { ...env, MONITOR_BRIDGE_SOCKET: path, MONITOR_BRIDGE_TOKEN_FILE: file });
    const ask = (headers: Record<string, string>) => rawRequest(path, 'GET', '/nowhere', { headers });
    const authorization = `Bearer ${token}`;
    assertError(await ask({ authorization }), 404, 'not_found');
    assertError(await ask({}), 401, 'unauthorized');
    assertError(await ask({ authorization, host: 'evil.example' }), 421, 'misdirected_request');
    assertError(await ask({ authorization, origin: 'null' }), 403, 'origin_forbidden');
  });

  test('it has mode 0660 from the first moment, whatever the umask', async (t) => {
    const { path } = setUp(t);
    const before = process.umask(0);
    const daemon = new DaemonProcess({ ...env, MONITOR_BRIDGE_SOCKET: path });
    process.umask(before);
    t.after(() => end(daemon));
    const modes = new Set<number>();
    let isListening = false;
    const address = daemon.address().finally(() => {
      isListening = true;
    });
    while (!isListening) {
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status !== undefined) modes.add(status.mode & 0o7777);
      await new Promise(setImmediate);
    }
    await address;
    modes.add(lstatSync(path).mode & 0o7777);
    assert.deepEqual([...modes], [0o660]);
  });

  test('what a daemon that was killed left is replaced; one that lives is refused, and goes on', async (t) => {
    const { path } = setUp(t);
    const first = await startBridge(t, { ...env, MONITOR_BRIDGE_SOCKET: path });
    assert.equal(await first.daemon.stop('SIGKILL'), 'SIGKILL');
    assert.ok(isThere(path));
    await startBridge(t, { ...env, MONITOR_BRIDGE_SOCKET: path, MONITOR_IDENTIFIER: 'second' });
    const { code, stderr } = await runOnce([], { ...env, MONITOR_PORT: '0', MONITOR_BRIDGE_SOCKET: path });
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^harborforge-monitor: MONITOR_BRIDGE_SOCKET: can't listen on \/[^\n]*: another process listens on it\n$/,
    );
    const { body } = await rawRequest(path, 'GET', '/health');
    assert.equal((JSON.parse(body) as { identifier: string }).identifier, 'second');
  });
});

test('what is not a socket is refused with 1, and kept', async (t) => {
  const { path } = setUp(t);
  writeFileSync(path, 'kept');
  const { code, stderr } = await runOnce([], { MONITOR_PORT: '0', MONITOR_BRIDGE_SOCKET: path });
  assert.equal(code, 1);
  assert.match(stderr, /^harborforge-monitor: MONITOR_BRIDGE_SOCKET: [^\n]* not a socket\n$/);
  assert.equal(readFileSync(path, 'utf8'), 'kept');
});

test('a path that is too long is a problem of the configuration: 78, and nothing is started', async (t) => {
  const { folder } = setUp(t);
  const path = join(folder, 'x'.repeat(107 - folder.length));
  assert.equal(path.length, 108);
  for (const args of [[], ['--check-config']]) {
    const { code, stderr } = await runOnce(args, { MONITOR_PORT: '0', MONITOR_BRIDGE_SOCKET: path });
    assert.equal(code, 78);
    assert.match(stderr, /^harborforge-monitor: MONITOR_BRIDGE_SOCKET: expected a path of at most 107 bytes/);
  }
  await startBridge(t, { MONITOR_BRIDGE_SOCKET: path.slice(0, 107) });
});

test('of several daemons that start at once over the remains of another, one gets the socket', async (t) => {
  const { folder, path } = setUp(t);
  const dead = await startBridge(t, { MONITOR_BRIDGE_SOCKET: path });
  await dead.daemon.stop('SIGKILL');
  const names = ['one', 'two', 'three', 'four'];
  const all = names.map(
    (name) => new DaemonProcess({ MONITOR_BRIDGE_SOCKET: path, MONITOR_IDENTIFIER: name }),
  );
  for (const daemon of all) t.after(() => end(daemon));
  const running = await Promise.all(
    all.map((daemon) =>
      daemon.address().then(
        () => true,
        () => false,
      ),
    ),
  );
  const winners = names.filter((_, i) => running[i]);
  assert.equal(winners.length, 1, winners.join());
  const { body } = await until('an answer', () => rawRequest(path, 'GET', '/health'));
  assert.equal((JSON.parse(body) as { identifier: string }).identifier, winners[0]);
  assert.deepEqual(readdirSync(folder), ['monitor.sock']);
});
