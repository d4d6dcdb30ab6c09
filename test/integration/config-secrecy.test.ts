import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext, test } from 'node:test';
import { type Health, healthWhen } from '../support/bridge-client.js';
import {
  assertHidden,
  assertNowhere,
  type LoudOptions,
  SECRET_KEY,
  startLoud,
} from '../support/fault-secrecy.js';
import { startUntrusted } from '../support/fault-untrusted.js';
import { createFaults, type Fault } from '../support/faults.js';
import { temporaryFolder } from '../support/fixtures.js';
import { serveTcp } from '../support/loopback-server.js';
import { startProxy } from '../support/proxy.js';
import { ReferenceBackend, type Script } from '../support/reference-backend.js';
import { runOnce } from '../support/run-once.js';
import { until } from '../support/until.js';

async function startBackend(t: TestContext, apiKey = SECRET_KEY): Promise<ReferenceBackend> {
  const backend = await ReferenceBackend.start({ apiKey });
  t.after(() => backend.stop());
  return backend;
}

/** Runs a daemon until its last heartbeat ended as `result`, and looks for the key. */
async function run(t: TestContext, url: string, result: string, options: LoudOptions = {}): Promise<Health> {
  const bridge = await startLoud(t, url, options);
  const health = await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.last?.result === result);
  await assertNowhere(bridge);
  return health;
}

describe('the key is shown to the backend alone', { concurrency: 8 }, () => {
  it('when all is well', async (t) => {
    const backend = await startBackend(t);
    await run(t, backend.url, 'accepted');
    assert.equal(backend.arrivals[0]?.headers['x-api-key'], SECRET_KEY);
  });

  it('when it is refused, and where it came from is said', async (t) => {
    const backend = await startBackend(t, 'another');
    const file = join(temporaryFolder(t), 'key');
    writeFileSync(file, SECRET_KEY, { mode: 0o600 });
    const bridge = await startLoud(t, backend.url, {
      env: { MONITOR_API_KEY: undefined, MONITOR_API_KEY_FILE: file },
    });
    const { status } = await healthWhen(
      bridge.port,
      ({ heartbeat }) => heartbeat.last?.result === 'unauthorized',
    );
    assert.equal(status, 'degraded');
    const told = await until(
      'the log to tell it',
      () => bridge.daemon.lines.find(({ level }) => level === 'error') ?? null,
    );
    assert.ok(told.msg?.includes(file), told.msg);
    await assertNowhere(bridge);
  });

  it('when that fails in one way after the other, and sends it back in everything it says', async (t) => {
    const [elsewhere, backend] = [await startBackend(t), await startBackend(t)];
    const answering = (status: number): Script => {
      return (request, response) => {
        const key = String(request.headers['x-api-key']);
        const location = `${elsewhere.url}/${key}`;
        response.writeHead(status, `Bad ${key}`, { 'x-echo': key, location }).end(`{"error":"${key}"}`);
      };
    };
    // What is rejected makes no back-off longer.
    backend.scriptNext(
      ...[429, 400, 500, 308].map(answering),
      ({ socket }) => socket.resetAndDestroy(),
      answering(400),
      ({ socket, headers }) => socket.end(`${headers['x-api-key']}\r\n\r\n`),
    );
    const bridge = await startLoud(t, backend.url);
    const { heartbeat } = await healthWhen(
      bridge.port,
      (health) => health.heartbeat.counts['accepted'] === 1,
    );
    const { accepted, rejected, throttled, server_error, unreachable } = heartbeat.counts;
    assert.deepEqual([accepted, rejected, throttled, server_error, unreachable], [1, 3, 1, 1, 2]);
    assert.equal(elsewhere.arrivals.length, 0);
    await assertNowhere(bridge);
  });

  it('when that is not there', async (t) => {
    await run(t, 'http://127.0.0.1:9', 'unreachable');
  });

  it('when the certificate of that is not to be trusted', async (t) => {
    const server = await startUntrusted(t);
    await run(t, server.url, 'unreachable');
    assert.deepEqual(server.keys, []);
  });

  it('when that speaks no TLS', async (t) => {
    const server = await serveTcp(t, (socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await run(t, `https://localhost:${server.port}`, 'unreachable');
  });

  it('when a proxy refuses to lead there', async (t) => {
    const proxy = await startProxy(t, {});
    proxy.refuseWith(407);
    const env = { https_proxy: `http://127.0.0.1:${proxy.port}` };
    await run(t, 'https://backend.example', 'unreachable', { env });
    assert.ok(proxy.requests.length > 0);
  });

  it('when the thread that has it comes to its end, in each way', async (t) => {
    const backend = await startBackend(t);
    const faults = createFaults(t);
    const bridge = await startLoud(t, backend.url, { nodeArgs: faults.nodeArgs });
    await backend.arrived(1);
    const deaths: readonly Fault[] = ['throw', 'exit', 'exhaust'];
    for (const [index, fault] of deaths.entries()) {
      await faults.strike('heartbeat', fault);
      await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.restarts > index && heartbeat.running);
    }
    await assertNowhere(bridge);
  });
});

test('neither a wrong configuration nor --check-config shows the key', async () => {
  const env = {
    MONITOR_API_KEY: SECRET_KEY,
    MONITOR_BACKEND_URL: 'https://b.example',
    MONITOR_LOG_LEVEL: 'trace',
  };
  for (const args of [['--check-config'], ['--port', 'x'], ['--check-config', '--nope'], ['--help']]) {
    const { stdout, stderr } = await runOnce(args, env);
    assertHidden(stdout + stderr, args.join(' '));
  }
  const { stderr, code } = await runOnce([], { ...env, MONITOR_API_KEY: `${SECRET_KEY} x` });
  assert.equal(code, 78);
  assertHidden(stderr, 'the complaint about itself');
});
