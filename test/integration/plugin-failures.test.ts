import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileCleanup, startBridge } from '../support/bridge-client.js';
import { type FakeHost, HOST_VERSIONS, type HostVersion } from '../support/fake-host.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { MonitorRelay } from '../support/monitor-relay.js';
import { createRelayedRig, createRig } from '../support/plugin-rig.js';
import { until } from '../support/until.js';

/** What the plugin makes of a Monitor that is not well: at most a debug line, and the next push on time. */

const TOKEN = 'bridge-token-for-the-test';
const cleanup = fileCleanup();
const monitor = startBridge(cleanup);

async function setUp(t: TestContext, version: HostVersion, pluginConfig: object = {}) {
  return createRelayedRig(t, version, (await monitor).port, pluginConfig);
}

/** Resolves when the host has been told `count` lines. */
async function told(host: FakeHost, count: number): Promise<void> {
  await until(`${count} lines of the plugin's`, () => host.lines.length >= count);
}

const BAD_ANSWERS: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => void>> = {
  'says 500': (_, response) => void response.writeHead(500).end('{"error":{"code":"x","message":"broken"}}'),
  'says 400': (_, response) => void response.writeHead(400).end(),
  'redirects elsewhere': (_, response) =>
    void response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end(),
  'says 200 with garbage': (_, response) => void response.end('<html>\u0000</html>'),
  'says 200 and nothing': (_, response) => void response.end(),
  'says 200 with other JSON': (_, response) => void response.end('{"status":"busy"}'),
  'says 200 with JSON that is no object': (_, response) => void response.end('null'),
  'speaks no HTTP': (request) => void request.socket.end('SSH-2.0-OpenSSH_9.7\r\n'),
  'hangs up': (request) => void request.socket.destroy(),
  'hangs up in the middle of its answer': (_, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('{"status"', () => response.destroy());
  },
  'answers without an end': (_, response) => {
    const more = (): void =>
      void (response.destroyed || response.write(' '.repeat(65_536), () => setImmediate(more)));
    more();
  },
};

for (const version of HOST_VERSIONS) {
  for (const [what, script] of Object.entries(BAD_ANSWERS)) {
    test(`${version}: a Monitor that ${what} is a debug line, and the next push gets through on time`, async (t) => {
      const { host, time, relay } = await setUp(t, version);
      relay.script = script;
      await host.start();
      time.advance(2_000);
      await told(host, 1);
      await relay.quiet();
      assert.equal(host.lines.length, 1);
      assert.equal(host.lines[0]?.level, 'debug');
      assert.match(host.lines[0].text, /^harborforge: the Monitor at 127\.0\.0\.1:\d+ is not reached: /);
      relay.script = null;
      time.advance(30_000);
      await told(host, 2);
      assert.equal(relay.pushes.length, 2);
      assert.match(host.linesAt('info').join(), /^harborforge: reached the Monitor at [^,]+$/);
    });
  }

  test(`${version}: a Monitor that never answers is given up after 5 s, and the next push goes out on time`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version);
    relay.script = () => {};
    await host.start();
    time.advance(2_000);
    await relay.arrived(1);
    time.advance(4_999);
    assert.equal(relay.connections, 1);
    time.advance(1);
    await relay.quiet();
    await told(host, 1);
    assert.match(host.linesAt('debug').join(), /is not reached: no answer within 5 s$/);
    relay.script = null;
    time.advance(25_000);
    await pushed(1);
    await told(host, 2);
    assert.equal(relay.pushes.length, 2);
  });

  test(`${version}: an answer whose body does not end is given up after 5 s`, async (t) => {
    const { host, time, relay } = await setUp(t, version);
    relay.script = (_, response) => void response.writeHead(200).write('{"status":"ok"}');
    await host.start();
    time.advance(2_000);
    await relay.arrived(1);
    time.advance(5_000);
    await relay.quiet();
    await told(host, 1);
    assert.deepEqual(host.linesAt('info'), []);
  });

  test(`${version}: pushes do not overlap, however short the interval`, async (t) => {
    const { host, time, relay } = await setUp(t, version, { reportIntervalSec: 1 });
    relay.script = () => {};
    await host.start();
    time.advance(2_000);
    await relay.arrived(1);
    time.advance(4_000);
    assert.equal(relay.pushes.length, 1);
    assert.equal(relay.connections, 1);
    time.advance(1_000);
    await told(host, 1);
    time.advance(1_000);
    await relay.arrived(2);
    assert.equal(relay.connections, 1);
  });

  test(`${version}: a Monitor that is reached, lost and reached again is three info lines, whatever the number of pushes`, async (t) => {
    const { host, time, relay } = await setUp(t, version, { reportIntervalSec: 10 });
    await host.start();
    let lines = 0;
    const play = async (seconds: number) => {
      time.advance(seconds * 1_000);
      await told(host, ++lines);
    };
    await play(2);
    await play(10);
    relay.script = (_, response) => void response.writeHead(503).end();
    for (let push = 0; push < 3; push++) await play(10);
    relay.script = null;
    for (let push = 0; push < 3; push++) await play(10);
    const where = `127.0.0.1:${relay.port}`;
    assert.deepEqual(host.linesAt('info'), [
      `harborforge: reached the Monitor at ${where}; telling it about this gateway every 10 s`,
      `harborforge: lost the Monitor at ${where}: it answered HTTP 503 without a text; trying on`,
      `harborforge: reached the Monitor at ${where} again; telling it about this gateway every 10 s`,
    ]);
    assert.equal(host.linesAt('debug').length, 5);
    assert.deepEqual([...host.linesAt('warn'), ...host.linesAt('error')], []);
  });

  test(`${version}: a port where nobody listens is a debug line`, async (t) => {
    const { host, time } = await setUp(t, version, { monitor_port: await freePort() });
    await host.start();
    time.advance(2_000);
    await told(host, 1);
    assert.match(host.linesAt('debug').join(), /is not reached: connect ECONNREFUSED/);
    assert.equal(host.lines.length, 1);
  });

  test(`${version}: with an invalid configuration it runs on the defaults, and says once what is wrong`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version, { reportIntervalSec: 'often' });
    await host.start();
    time.advance(2_000);
    await told(host, 2);
    time.advance(30_000);
    await pushed(2);
    await told(host, 3);
    const problem = 'reportIntervalSec: expected a number from 1 to 3600, got "often"; using 30';
    assert.deepEqual(
      host.lines.map(({ level, text }) => `${level} ${text}`),
      [
        `debug harborforge: config: ${problem}`,
        `info harborforge: reached the Monitor at 127.0.0.1:${relay.port}; telling it about this gateway every 30 s (config: ${problem})`,
        `debug harborforge: told the Monitor at 127.0.0.1:${relay.port}`,
      ],
    );
  });

  for (const config of ['all', 7, [], null, { monitor_port: {}, reportIntervalSec: [] }]) {
    test(`${version}: the configuration ${JSON.stringify(config)} neither stops the host nor the pusher`, async (t) => {
      const { host, time } = await setUp(t, version);
      host.pluginConfig = config;
      await host.start();
      assert.equal(time.timers, 1);
      await host.stop();
      assert.equal(time.timers, 0);
    });
  }
}

test('the token of the bridge is brought along, read anew at each push, and never told', async (t) => {
  const file = join(temporaryFolder(t), 'token');
  writeFileSync(file, `${TOKEN}\n`, { mode: 0o600 });
  const guarded = await startBridge({ after: (end) => t.after(end) }, { MONITOR_BRIDGE_TOKEN_FILE: file });
  const relay = await MonitorRelay.start({ after: (end) => t.after(end) }, guarded.port);
  const wrong = join(temporaryFolder(t), 'token');
  writeFileSync(wrong, 'another-token-than-that');
  const { host, time } = createRig(t, '2026.3.13', {
    monitor_port: relay.port,
    monitor_bridge_token_file: wrong,
  });
  await host.start();
  time.advance(2_000);
  await told(host, 1);
  assert.match(host.linesAt('debug').join(), /is not reached: it answered HTTP 401: this bridge wants/);
  writeFileSync(wrong, TOKEN);
  time.advance(30_000);
  await told(host, 2);
  assert.equal(relay.pushes.at(-1)?.headers.authorization, `Bearer ${TOKEN}`);
  assert.match(host.linesAt('info').join(), /reached the Monitor/);
  host.pluginConfig = { monitor_port: relay.port };
  time.advance(30_000);
  await told(host, 3);
  assert.match(host.linesAt('info').at(-1) ?? '', /lost the Monitor .*HTTP 401/);
  host.pluginConfig = { monitor_port: relay.port, monitor_bridge_token_file: '/no/such/token' };
  time.advance(30_000);
  await told(host, 4);
  assert.match(host.lines.at(-1)?.text ?? '', /the token file \/no\/such\/token can't be read \(ENOENT\)$/);
  assert.equal(relay.pushes.length, 3);
  assert.doesNotMatch(JSON.stringify(host.lines), new RegExp(`${TOKEN}|another-token`));
});

test("a proxy that the host's environment names is not asked", async (t) => {
  const { host, time, relay } = await setUp(t, '2026.9.6');
  const before = { ...process.env };
  t.after(() => {
    process.env = before;
  });
  const proxy = `http://127.0.0.1:${await freePort()}`;
  Object.assign(process.env, { HTTP_PROXY: proxy, http_proxy: proxy, NODE_USE_ENV_PROXY: '1', NO_PROXY: '' });
  await host.start();
  time.advance(2_000);
  await told(host, 1);
  assert.equal(relay.pushes.length, 1);
  assert.equal(host.linesAt('info').length, 1);
});

test('a logger that throws does not keep the pushes from going out', async (t) => {
  const { host, time, relay, pushed } = await setUp(t, '2026.9.6');
  const fails = (): never => {
    throw new Error('the disk is full');
  };
  host.oddities = { logger: { debug: fails, info: fails, warn: fails, error: fails } };
  await host.start();
  time.advance(2_000);
  await pushed(1);
  relay.script = (_, response) => void response.writeHead(500).end();
  time.advance(30_000);
  await pushed(2);
  relay.script = null;
  time.advance(30_000);
  assert.equal((await pushed(3)).at(-1)?.status, 200);
});
