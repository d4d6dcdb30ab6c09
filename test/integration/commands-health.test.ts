import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { startBridge } from '../support/bridge-client.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { serveHttp, serveTcp } from '../support/loopback-server.js';
import { runOnce } from '../support/run-once.js';

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

describe('health', { concurrency: true }, () => {
  test('of a running daemon: its port, its socket and its token', async (t) => {
    const folder = temporaryFolder(t);
    const socket = join(folder, 'm.sock');
    const token = join(folder, 'token');
    writeFileSync(token, 'a-token-of-health-0123456789', { mode: 0o600 });
    const env = { MONITOR_BRIDGE_SOCKET: socket, MONITOR_BRIDGE_TOKEN_FILE: token };
    const { port, daemon } = await startBridge(t, env);
    await daemon.line(({ msg }) => msg === 'bridge listening');
    const ask = (args: readonly string[], given: Record<string, string> = {}) =>
      runOnce(['health', '--port', String(port), ...args], given);
    const asked = await Promise.all([
      ask([], { MONITOR_BRIDGE_TOKEN_FILE: token }),
      ask(['--json'], env),
      ask([]),
    ]);
    const [byPort, bySocket, without] = asked;
    assert.match(byPort.stdout, /^ok: .+, up .+, last sample .+ ago, heartbeats off\n$/, byPort.stderr);
    assert.equal(byPort.code, 0);
    assert.equal((JSON.parse(bySocket.stdout) as { status: string }).status, 'ok');
    assert.equal(bySocket.code, 0);
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
      const port = await playDaemon(t, status);
      const [plain, strict] = await Promise.all([
        runOnce(['health', '--port', port]),
        runOnce(['health', '--strict'], { MONITOR_PORT: port }),
      ]);
      assert.deepEqual([plain.code, strict.code], [code, strictCode]);
      assert.ok(
        plain.stdout.startsWith(`${status}: played 9.9.9, up 1 min 1 s, last sample 5 ms ago`),
        plain.stdout,
      );
      assert.equal(plain.stdout.includes('\n  something is wrong\n'), status !== 'ok');
    });
  }

  test('where nothing listens: 1, the address and what to do', async () => {
    const port = await freePort();
    const [plain, json] = await Promise.all([
      runOnce(['health', '--port', String(port)]),
      runOnce(['health', '--port', String(port), '--json']),
    ]);
    assert.deepEqual([plain.code, json.code], [1, 1]);
    const address = `http://127.0.0.1:${port}/health`;
    assert.ok(
      plain.stdout.startsWith(`unreachable: ${address}: nothing listens there\n  see whether`),
      plain.stdout,
    );
    const told = JSON.parse(json.stdout) as { status: string; address: string; error: { code: string } };
    assert.deepEqual([told.status, told.address, told.error.code], ['unreachable', address, 'ECONNREFUSED']);
  });

  test('a socket that is not there is 1', async (t) => {
    const path = join(temporaryFolder(t), 'none.sock');
    const { code, stdout } = await runOnce(['health', '--bridge-socket', path]);
    assert.ok(stdout.startsWith(`unreachable: unix:${path}: there is no such socket\n`), stdout);
    assert.equal(code, 1);
  });

  test('what takes the request and never answers, or never ends, is given up', async (t) => {
    const silent = await serveTcp(t, () => {});
    const dripping = await serveTcp(t, (socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{');
    });
    for (const { stdout, code } of await Promise.all(
      [silent, dripping].map(({ port }) => runOnce(['health', '--port', String(port)])),
    )) {
      assert.match(stdout, /: no answer within 3 s\n {2}the daemon hangs/);
      assert.equal(code, 1);
    }
  });

  test('what is not the Monitor is 1', async (t) => {
    const page = await serveHttp(t, (_, response) => response.end('<html>hello</html>'));
    const { stdout, code } = await runOnce(['health', '--port', String(page.port)]);
    assert.match(stdout, /: the answer \(HTTP 200\) is not the Monitor's\n/);
    assert.equal(code, 1);
  });

  test('settings that lead nowhere are 78', async () => {
    const ended = await Promise.all([
      runOnce(['health', '--port', 'x', '--bridge-token-file', '/no/such/token']),
      runOnce(['health'], { MONITOR_PORT: '0' }),
    ]);
    for (const { code, stdout } of ended) assert.deepEqual([code, stdout], [78, '']);
    assert.match(ended[0].stderr, /--port: expected a whole number from 1 to 65535, got "x"\n/);
    assert.match(ended[0].stderr, /--bridge-token-file: /);
    assert.match(ended[1].stderr, /MONITOR_PORT: 0 lets the daemon take a free port/);
  });
});
