import assert from 'node:assert/strict';
import { chmodSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { assertError, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { temporaryFolder } from '../support/fixtures.js';
import { RawConnection, rawRequest } from '../support/raw-http.js';

const LISTEN = '0A';

/** The addresses, in the kernel's hexadecimal, on which process `pid` listens. */
function listeningAddresses(pid: number): string[] {
  const inodes = new Set<string>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let link = '';
    try {
      link = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // Closed since the folder was listed.
    }
    const inode = /^socket:\[(\d+)\]$/.exec(link)?.[1];
    if (inode !== undefined) inodes.add(inode);
  }
  return ['tcp', 'tcp6'].flatMap((table) =>
    readFileSync(`/proc/${pid}/net/${table}`, 'utf8')
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[3] === LISTEN && inodes.has(columns[9] ?? ''))
      .map((columns) => `${table} ${columns[1]}`),
  );
}

onEachTransport((_, env) => {
  test('the daemon listens on 127.0.0.1 and on nothing else', async (t) => {
    const { daemon, port } = await startBridge(t, {
      ...env,
      MONITOR_BACKEND_URL: 'http://127.0.0.1:9',
      MONITOR_API_KEY: 'k',
    });
    await telemetryWhen(port);
    const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
    assert.deepEqual(listeningAddresses(daemon.child.pid ?? 0), [`tcp 0100007F:${hexPort}`]);
  });

  test("the host's other addresses refuse a connection to the port", async (t) => {
    const { port } = await startBridge(t, env);
    const others = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .map(({ address, scopeid }) => (scopeid ? null : address))
      .filter((address) => address !== null && address !== '127.0.0.1');
    if (!others.some((address) => address?.includes(':'))) others.push('127.0.0.2');
    for (const address of others) {
      await assert.rejects(RawConnection.open(port, address ?? ''), { code: 'ECONNREFUSED' }, `${address}`);
    }
  });

  test('with a token file, a request needs the token, whatever it asks for', async (t) => {
    const token = 'a-token-of-the-bridge-0123';
    const file = join(temporaryFolder(t), 'token');
    writeFileSync(file, `${token}\n`);
    chmodSync(file, 0o640);
    const { daemon, port } = await startBridge(t, {
      ...env,
      MONITOR_BRIDGE_TOKEN_FILE: file,
    });
    const ask = (method: string, path: string, authorization?: string) =>
      rawRequest(port, method, path, { headers: { authorization } });
    for (const [method, path] of [
      ['GET', '/telemetry'],
      ['GET', '/health'],
      ['POST', '/openclaw'],
      ['GET', '/nowhere'],
      ['DELETE', '/health'],
    ] as const) {
      for (const authorization of [undefined, 'Bearer wrong', `Basic ${token}`]) {
        const answer = await ask(method, path, authorization);
        assertError(answer, 401, 'unauthorized');
        assert.equal(answer.headers['www-authenticate'], 'Bearer');
      }
    }
    for (const path of ['/telemetry', '/health', '/openclaw', '/nowhere']) {
      const { status, headers } = await ask('HEAD', path);
      assert.equal(status, 401);
      assert.equal(headers['www-authenticate'], 'Bearer');
    }
    for (const [first, second] of [
      [`Bearer ${token}`, `Bearer ${token}`],
      [`Bearer ${token}`, ''],
      ['', `Bearer ${token}`],
    ]) {
      const twice = await RawConnection.open(port);
      twice.write(`GET /telemetry HTTP/1.1\r\nhost: localhost\r\n`);
      twice.write(`authorization: ${first}\r\nauthorization: ${second}\r\n\r\n`);
      assertError(await twice.answer(), 401, 'unauthorized');
      twice.destroy();
    }
    // Where a request ends is no matter of who it is from, either.
    const unclear = await rawRequest(port, 'POST', '/openclaw', { headers: { 'transfer-encoding': 'gzip' } });
    assert.ok([400, 401].includes(unclear.status), `${unclear.status}`);
    const health = await ask('GET', '/nowhere', `Bearer ${token}`);
    assertError(health, 404, 'not_found');
    assert.ok([200, 503].includes((await ask('GET', '/health', `Bearer ${token}`)).status));
    const said = JSON.stringify(daemon.lines) + daemon.stderr + health.body;
    assert.ok(!said.includes(token));
  });
});
