import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { run } from '../../src/commands/health.js';
import { startBridge } from '../support/bridge-client.js';
import { commandContext } from '../support/command-context.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { serveHttp, serveTcp } from '../support/loopback-server.js';
import { runOnce } from '../support/run-once.js';
import { until } from '../support/until.js';

/** A daemon that says of itself what it is told to. */
async function playDaemon(t: TestContext, status: 'ok' | 'degraded' | 'unhealthy'): Promise<string> {
  const body = {
    status,
    identifier: 'played',
    monitor_version: '9.9.9',
    problems: status === 'ok' ? [] : ['something is wrong'],
    uptime_seconds: 61,
    lanes: { proc: { age_ms: 5 } },
    heartbeat: { enabled: false },
  };
  const { port } = await serveHttp(t, (_, response) => {
    response.writeHead(status === 'unhealthy' ? 503 : 200).end(JSON.stringify(body));
  });
  return String(port);
}

/** Runs the command inside of the test, which is quicker than as a process. */
async function ask(env: Readonly<Record<string, string>>, options: Readonly<Record<string, true>> = {}) {
  const { context, stdout, problems } = commandContext(env, { options, json: options['json'] === true });
  return { code: await run(context), stdout: stdout.text, problems };
}

describe('health', { concurrency: true }, () => {
  test('of a running daemon: by its port, by its socket and with its token', async (t) => {
    const folder = temporaryFolder(t);
    const token = join(folder, 'token');
    writeFileSync(token, 'a-token-of-health-0123456789', { mode: 0o600 });
    const both = { MONITOR_BRIDGE_SOCKET: join(folder, 'm.sock'), MONITOR_BRIDGE_TOKEN_FILE: token };
    const { port } = await startBridge(t, both);
    const byPort = { MONITOR_PORT: String(port), MONITOR_BRIDGE_TOKEN_FILE: token };
    await until('a daemon that is well', async () => (await ask(byPort)).stdout.startsWith('ok: '));
    const [plain, json] = await Promise.all([
      runOnce(['health'], byPort),
      runOnce(['health', '--json'], both),
    ]);
    assert.match(plain.stdout, /^ok: .+, up .+, last sample .+ ago, heartbeats off\n$/, plain.stderr);
    assert.equal(plain.code, 0);
    assert.equal((JSON.parse(json.stdout) as { status: string }).status, 'ok');
    assert.equal(json.code, 0);
    const without = await ask({ MONITOR_PORT: String(port) });
    assert.match(
      without.stdout,
      /^unreachable: .*: the bridge wants a token\n {2}give MONITOR_BRIDGE_TOKEN_FILE/,
    );
    assert.equal(without.code, 1);
  });

  for (const [status, code, strictCode] of [
    ['ok', 0, 0],
    ['degraded', 0, 1],
    ['unhealthy', 1, 1],
  ] as const) {
    test(`${status} is ${code}, and ${strictCode} with --strict`, async (t) => {
      const env = { MONITOR_PORT: await playDaemon(t, status) };
      const { code: given, stdout } = await ask(env);
      assert.deepEqual([given, (await ask(env, { strict: true })).code], [code, strictCode]);
      assert.ok(stdout.startsWith(`${status}: played 9.9.9, up 1 min 1 s, last sample 5 ms ago`), stdout);
      assert.equal(stdout.includes('\n  something is wrong\n'), status !== 'ok');
    });
  }

  test('where nothing listens: 1, the address and what to do', async () => {
    const port = String(await freePort());
    const { code, stdout } = await runOnce(['health', '--port', port]);
    const address = `http://127.0.0.1:${port}/health`;
    assert.ok(
      stdout.startsWith(`unreachable: ${address}: nothing listens there\n  is the daemon running`),
      stdout,
    );
    assert.equal(code, 1);
    const told = await ask({ MONITOR_PORT: port }, { json: true });
    const body = JSON.parse(told.stdout) as { status: string; address: string; error: { code: string } };
    assert.deepEqual([body.status, body.address, body.error.code], ['unreachable', address, 'ECONNREFUSED']);
    assert.equal(told.code, 1);
  });

  test('a socket that is not there is 1', async (t) => {
    const path = join(temporaryFolder(t), 'none.sock');
    const { code, stdout } = await ask({ MONITOR_BRIDGE_SOCKET: path });
    assert.ok(stdout.startsWith(`unreachable: unix:${path}: there is no such socket\n`), stdout);
    assert.equal(code, 1);
  });

  test('what takes the request and never answers, or never ends, is given up', async (t) => {
    const silent = await serveTcp(t, () => {});
    const dripping = await serveTcp(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{');
    });
    for (const { stdout, code } of await Promise.all(
      [silent, dripping].map(({ port }) => ask({ MONITOR_PORT: String(port) })),
    )) {
      assert.match(stdout, /: no answer within 3 s\n {2}the daemon hangs/);
      assert.equal(code, 1);
    }
  });

  test('what is not the Monitor is 1', async (t) => {
    const page = await serveHttp(t, (_, response) => response.end('<html>hello</html>'));
    const { stdout, code } = await ask({ MONITOR_PORT: String(page.port) });
    assert.match(stdout, /: the answer \(HTTP 200\) is not the Monitor's\n/);
    assert.equal(code, 1);
  });

  test('settings that lead nowhere are 78, and a token in place of its path is not repeated', async () => {
    for (const [env, ...problems] of [
      [
        { MONITOR_PORT: 'x', MONITOR_BRIDGE_TOKEN_FILE: 'a-token-itself-0123456789' },
        /^MONITOR_PORT: expected a whole number from 1 to 65535, got "x"$/,
        /^MONITOR_BRIDGE_TOKEN_FILE: expected an absolute path \(value not shown\)$/,
      ],
      [{ MONITOR_PORT: '0' }, /^MONITOR_PORT: 0 lets the daemon take a free port/],
      [{ MONITOR_BRIDGE_TOKEN_FILE: '/no/such/token' }, /^MONITOR_BRIDGE_TOKEN_FILE: expected a file/],
    ] as const) {
      const told = await ask(env as Record<string, string>);
      assert.deepEqual([told.code, told.stdout, told.problems.length], [78, '', problems.length]);
      for (const [index, problem] of problems.entries()) assert.match(told.problems[index] ?? '', problem);
    }
  });
});
