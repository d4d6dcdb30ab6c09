import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { makeCertificates } from '../support/certificates.js';
import { temporaryFolder } from '../support/fixtures.js';
import { API_KEY, heartbeatLine, startBackend, startReporting } from '../support/heartbeat-daemon.js';
import { startProxy } from '../support/proxy.js';

const HOST = 'backend.example';

/** An https backend that accepts everything. */
async function startTlsBackend(t: TestContext) {
  const { key, cert, caFile } = makeCertificates(temporaryFolder(t));
  const keys: unknown[] = [];
  const server = createTlsServer({ key, cert }, (request, response) => {
    keys.push(request.headers['x-api-key']);
    request.resume().on('end', () => response.end('{}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, caFile, keys };
}

describe('a backend behind a proxy', { concurrency: true, timeout: 60_000 }, () => {
  it('is reached by way of HTTP_PROXY', async (t) => {
    const backend = await startBackend(t);
    const proxy = await startProxy(t, { [HOST]: backend.port });
    startReporting(t, `http://${HOST}`, {
      MONITOR_ALLOW_HTTP: '1',
      HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    });
    const arrival = await backend.arrival(({ heartbeat }) => heartbeat !== null);
    assert.equal(arrival.headers['x-api-key'], API_KEY);
    assert.equal(arrival.headers.host, HOST);
    assert.match(proxy.requests[0]?.line ?? '', /backend\.example/);
  });

  it('is reached by a proxy that is given without a scheme, and with a password', async (t) => {
    const backend = await startBackend(t);
    const proxy = await startProxy(t, { [HOST]: backend.port });
    startReporting(t, `http://${HOST}`, {
      MONITOR_ALLOW_HTTP: '1',
      http_proxy: `user:s%40cret@127.0.0.1:${proxy.port}`,
    });
    await backend.arrival(({ heartbeat }) => heartbeat !== null);
    const basic = `Basic ${Buffer.from('user:s@cret').toString('base64')}`;
    assert.equal(proxy.requests[0]?.authorization, basic);
  });

  it('is reached over TLS by way of https_proxy, which sees neither key nor body', async (t) => {
    const backend = await startTlsBackend(t);
    const proxy = await startProxy(t, { [HOST]: backend.port });
    const daemon = startReporting(t, `https://${HOST}`, {
      NODE_EXTRA_CA_CERTS: backend.caFile,
      https_proxy: `http://127.0.0.1:${proxy.port}`,
      http_proxy: 'http://127.0.0.1:1',
    });
    await daemon.line(({ msg }) => msg === 'first heartbeat accepted');
    assert.deepEqual([proxy.requests[0]?.line, backend.keys[0]], [`CONNECT ${HOST}:443`, API_KEY]);
  });

  it('is unreachable when the proxy refuses, and the log says so', async (t) => {
    const proxy = await startProxy(t, {});
    proxy.refuseWith(407);
    const daemon = startReporting(t, `https://${HOST}`, { https_proxy: `http://127.0.0.1:${proxy.port}` });
    const { msg } = await heartbeatLine(daemon, /./);
    assert.match(msg ?? '', /^heartbeat unreachable: .*407.*/);
  });

  it('is asked directly when no_proxy names it', async (t) => {
    const proxy = await startProxy(t, {});
    const daemon = startReporting(t, `http://${HOST}`, {
      MONITOR_ALLOW_HTTP: '1',
      http_proxy: `http://127.0.0.1:${proxy.port}`,
      no_proxy: 'other.example,.example',
    });
    // Only the proxy knows the name: asked directly, it is not found, or nobody answers who could know it.
    const { msg } = await heartbeatLine(daemon, /./);
    assert.match(msg ?? '', /^heartbeat (unreachable: getaddrinfo .* backend\.example|timeout: )/);
    assert.equal(proxy.requests.length, 0);
  });
});

describe('a backend on this machine', { concurrency: true, timeout: 60_000 }, () => {
  for (const host of ['127.0.0.1', 'localhost', 'backend.localhost']) {
    it(`is asked directly as ${host}, whatever the environment says of proxies`, async (t) => {
      const backend = await startBackend(t);
      const proxy = await startProxy(t, { [host]: backend.port });
      const proxyUrl = `http://127.0.0.1:${proxy.port}`;
      const daemon = startReporting(t, `http://${host}:${backend.port}`, {
        http_proxy: proxyUrl,
        https_proxy: proxyUrl,
      });
      await Promise.race([backend.arrived(1), heartbeatLine(daemon, /./)]);
      assert.equal(proxy.requests.length, 0);
      assert.equal(backend.heartbeats.length, 1);
    });
  }
});

describe('a backend over TLS', { concurrency: true, timeout: 60_000 }, () => {
  it('is trusted by an authority of NODE_EXTRA_CA_CERTS', async (t) => {
    const { port, caFile, keys } = await startTlsBackend(t);
    const daemon = startReporting(t, `https://localhost:${port}`, { NODE_EXTRA_CA_CERTS: caFile });
    await daemon.line(({ msg }) => msg === 'first heartbeat accepted');
    assert.equal(keys[0], API_KEY);
  });

  for (const [what, env] of [
    ['an authority that nobody knows', {}],
    ['such an authority, even with checks switched off for Node', { NODE_TLS_REJECT_UNAUTHORIZED: '0' }],
  ] as const) {
    it(`is refused when its certificate comes from ${what}, before the key is told`, async (t) => {
      const { port, keys } = await startTlsBackend(t);
      const daemon = startReporting(t, `https://localhost:${port}`, env);
      const { msg } = await heartbeatLine(daemon, /./);
      assert.match(msg ?? '', /^heartbeat unreachable: unable to verify the first certificate/);
      assert.deepEqual(keys, []);
    });
  }

  it('is refused when its certificate is for another name', async (t) => {
    const { port, caFile, keys } = await startTlsBackend(t);
    const daemon = startReporting(t, `https://127.0.0.1:${port}`, { NODE_EXTRA_CA_CERTS: caFile });
    const { msg } = await heartbeatLine(daemon, /./);
    assert.match(msg ?? '', /^heartbeat unreachable: .*does not match certificate's altnames/);
    assert.deepEqual(keys, []);
  });
});
