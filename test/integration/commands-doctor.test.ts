import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Finding, Verdict } from '../../src/commands/doctor/finding.js';
import { startBridge } from '../support/bridge-client.js';
import { makeCertificates } from '../support/certificates.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { createFrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { missing } from '../support/load.js';
import { serveHttp } from '../support/loopback-server.js';
import { HEARTBEAT_PATH, ReferenceBackend } from '../support/reference-backend.js';
import { runOnce } from '../support/run-once.js';

const KEY = 'doctor-key-0123456789';
const TOKEN = 'doctor-token-0123456789';

/** Runs it, and gives what it found by name. Neither key nor token may be in anything that it says. */
async function runDoctor(env: Readonly<Record<string, string | undefined>>) {
  const { code, stdout, stderr } = await runOnce(['doctor', '--json'], {
    MONITOR_DISK_PATH: '/',
    MONITOR_IDENTIFIER: 'vps.t1',
    ...env,
  });
  for (const secret of [KEY, TOKEN]) assert.ok(!`${stdout}${stderr}`.includes(secret));
  assert.equal(stderr, '');
  const findings = JSON.parse(stdout) as Finding[];
  const by = new Map(findings.map((finding) => [finding.name, finding]));
  assert.equal(code, findings.some(({ verdict }) => verdict === 'problem') ? 1 : 0);
  for (const { verdict, advice } of findings) assert.equal(advice === null, verdict === 'ok');
  return {
    findings,
    assertFound: (name: string, verdict: Verdict, pattern: RegExp, advice?: RegExp) => {
      const finding = by.get(name);
      assert.ok(finding !== undefined, `no ${name} in ${stdout}`);
      assert.deepEqual([name, finding.verdict], [name, verdict], finding.found);
      assert.match(finding.found, pattern);
      if (advice !== undefined) assert.match(finding.advice ?? '', advice);
    },
  };
}

async function startBackend(t: TestContext): Promise<ReferenceBackend> {
  const backend = await ReferenceBackend.start({ apiKey: KEY });
  t.after(() => backend.stop());
  return backend;
}

function writeSecret(t: TestContext, text: string, mode = 0o600): string {
  const file = join(temporaryFolder(t), 'secret');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
}

/** The certificates' own server on localhost: it answers 400 to whatever comes, as a backend does that accepts the key. */
async function serveTls(t: TestContext): Promise<{ url: string; caFile: string; requests: string[] }> {
  const { caFile, key, cert } = makeCertificates(temporaryFolder(t));
  const requests: string[] = [];
  const server = createHttpsServer({ key, cert }, (request, response) => {
    requests.push(request.url ?? '');
    response.writeHead(400).end();
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, caFile, requests };
}

describe('doctor', { concurrency: 3 }, () => {
  test('on a good host with a daemon finds no problem, and each number beside what others say', async (t) => {
    const backend = await startBackend(t);
    const token = writeSecret(t, TOKEN);
    const socket = join(temporaryFolder(t), 'bridge.sock');
    const port = await freePort();
    const env = {
      MONITOR_PORT: String(port),
      MONITOR_BRIDGE_TOKEN_FILE: token,
      MONITOR_BRIDGE_SOCKET: socket,
      MONITOR_IDENTIFIER: 'vps.t1',
    };
    const { daemon } = await startBridge(t, env);
    await daemon.line(({ msg }) => msg?.startsWith('heartbeats are off') === true);
    const { findings, assertFound } = await runDoctor({
      ...env,
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY_FILE: writeSecret(t, KEY),
    });
    assert.deepEqual(
      findings.filter(({ verdict }) => verdict === 'problem'),
      [],
    );
    assertFound('scope', 'ok', /kernel files from \/proc, .* below \//);
    assertFound('cpu', 'ok', /^\d+\.\d %: .*user \d+.* single CPUs \d.*systeminformation \d/);
    assertFound('memory', 'ok', /MemTotal .* MemAvailable .*systeminformation \d/);
    assertFound('swap', 'ok', /^\d+\.\d %: /);
    assertFound('load', 'ok', /sysinfo\(2\) \d/);
    assertFound('uptime', 'ok', /sysinfo\(2\) \d/);
    // systeminformation asks for all mounts of the machine, of which a test beside this one may have frozen one.
    assertFound('disk', 'ok', /beside it: df \d/);
    assertFound('mount', 'ok', /^\/ is on .* mounted at \/$/);
    assertFound('nginx', 'ok', /installed/);
    assertFound('pressure', 'ok', /./);
    assertFound('backend', 'ok', /^http:\/\/127/);
    assertFound('dns', 'ok', /127\.0\.0\.1 is an address/);
    assertFound('tcp', 'ok', /takes connections/);
    assertFound('api-key', 'ok', /^accepted: the key of \//);
    assertFound('clock', 'ok', /s (ahead of|behind)/);
    assertFound('port', 'ok', /held by the running daemon/);
    assertFound('socket', 'ok', /mode 0660$/);
    assertFound('token-file', 'ok', /mode 0600/);
    assertFound('node', 'ok', /^\d+\./);
    assert.ok(
      findings.some(({ name }) => name === 'daemon') && findings.some(({ name }) => name === 'cpu-budget'),
    );
    // What it sent was no heartbeat.
    assert.deepEqual(
      backend.arrivals.map(({ path, body, status }) => [path, body, status]),
      [[HEARTBEAT_PATH, '{}', 400]],
    );
  });

  test('says that the key is refused, the clock is wrong and who has the port', async (t) => {
    const backend = await startBackend(t);
    backend.scriptAll((_request, response) =>
      response.writeHead(401, { date: new Date(Date.now() + 60_000).toUTCString() }).end(),
    );
    const stranger = await serveHttp(t, (_request, response) => response.end('hello'));
    const { assertFound } = await runDoctor({
      MONITOR_PORT: String(stranger.port),
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY: KEY,
    });
    assertFound(
      'api-key',
      'problem',
      /^refused with HTTP 401: the key of MONITOR_API_KEY$/,
      /MONITOR_API_KEY/,
    );
    assertFound('clock', 'warning', /(59|60|61)\.\d s behind/, /NTP/);
    assertFound(
      'port',
      'problem',
      new RegExp(`held by .*\\(pid ${process.pid}\\), which is not the Monitor`),
      /MONITOR_PORT/,
    );
  });

  test('says that the disk hangs and the backend is down, and waits for neither', {
    skip: whyNoMount() ?? false,
  }, async (t) => {
    const mount = await createFrozenMount(t);
    mount.freeze();
    const { assertFound } = await runDoctor({
      MONITOR_PORT: '0',
      MONITOR_DISK_PATH: mount.path,
      MONITOR_BACKEND_URL: `http://127.0.0.1:${await freePort()}`,
      MONITOR_API_KEY: KEY,
    });
    assertFound('mount', 'warning', /fuse.*hangs when whoever serves it does not answer/);
    assertFound('disk', 'problem', /gives no answer/, /findmnt/);
    assertFound('nginx', 'ok', /./);
    assertFound('tcp', 'problem', /no connection to 127\.0\.0\.1:\d+: .*ECONNREFUSED/, /backend runs/);
  });

  const noOpenssl = missing('openssl', 'version');
  test('says that a certificate is not trusted, and that a key file is open to all', {
    skip: noOpenssl,
  }, async (t) => {
    const { url, requests } = await serveTls(t);
    const { assertFound } = await runDoctor({
      MONITOR_PORT: '0',
      MONITOR_BACKEND_URL: url,
      MONITOR_API_KEY_FILE: writeSecret(t, KEY, 0o644),
    });
    assertFound('configuration', 'problem', /can be read by group or others \(mode 0644\)/, /^chmod 600 \//);
    assertFound('tls', 'problem', /not trusted for localhost \(UNABLE_TO_/, /NODE_EXTRA_CA_CERTS/);
    assertFound('cpu', 'ok', /./);
    assert.deepEqual(requests, []);
  });

  test('says when a certificate runs out, and that the key is accepted behind it', {
    skip: noOpenssl,
  }, async (t) => {
    const { url, caFile, requests } = await serveTls(t);
    const { assertFound } = await runDoctor({
      MONITOR_PORT: '0',
      MONITOR_BACKEND_URL: url,
      MONITOR_API_KEY: KEY,
      NODE_EXTRA_CA_CERTS: caFile,
    });
    assertFound('dns', 'ok', /^localhost is .*, in \d/);
    assertFound('tls', 'warning', /TLSv1\.3, certificate by Test CA, valid for [01] days/, /renewed/);
    assertFound('api-key', 'ok', /accepted/);
    assert.deepEqual(requests, [HEARTBEAT_PATH]);
  });
});
