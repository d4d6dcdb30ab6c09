import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { DaemonProcess } from '../support/daemon-process.js';
import { temporaryFolder } from '../support/fixtures.js';
import { API_KEY, startBackend, startReporting } from '../support/heartbeat-daemon.js';
import { HEARTBEAT_PATH } from '../support/reference-backend.js';
import { until } from '../support/until.js';

const HARDWARE = [
  'mem_pct',
  'disk_pct',
  'swap_pct',
  'load_avg',
  'uptime_seconds',
  'nginx_installed',
  'nginx_sites',
];

async function push(daemon: DaemonProcess, metadata: object): Promise<void> {
  const answer = await fetch(`${await daemon.address()}/openclaw`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(metadata),
  });
  assert.equal(answer.status, 200, await answer.text());
}

async function health(daemon: DaemonProcess): Promise<{ heartbeat: Record<string, unknown> }> {
  const answer = await fetch(`${await daemon.address()}/health`);
  return (await answer.json()) as { heartbeat: Record<string, unknown> };
}

describe('the daemon', { concurrency: true, timeout: 60_000 }, () => {
  it('reports this host, every value of it, in the form of the contract', async (t) => {
    const backend = await startBackend(t);
    startReporting(t, backend.url);
    await backend.arrived(3);
    assert.deepEqual(
      backend.arrivals.map(({ problems }) => problems),
      backend.arrivals.map(() => []),
    );
    assert.deepEqual(Object.keys(backend.heartbeats[2]!), ['identifier', 'cpu_pct', ...HARDWARE]);
    assert.equal(backend.arrivals[0]?.path, HEARTBEAT_PATH);
    assert.equal(backend.maxInFlight, 1);
  });

  it('reports under a path of the backend, with a slash at its end or without', async (t) => {
    const backend = await startBackend(t);
    startReporting(t, `${backend.url}/api/v1`);
    startReporting(t, `${backend.url}/api/v1/`);
    await backend.arrived(4);
    assert.deepEqual([...new Set(backend.arrivals.map(({ path }) => path))], [`/api/v1${HEARTBEAT_PATH}`]);
  });

  it('passes on what the plugin pushed, and the next push in its place', async (t) => {
    const backend = await startBackend(t);
    const daemon = startReporting(t, backend.url);
    await push(daemon, { version: 'OpenClaw 1', plugin_version: '0.2.0', agents: [{ id: 'main' }, 'ops'] });
    const first = await backend.arrival(({ heartbeat }) => heartbeat?.openclaw_version === 'OpenClaw 1');
    assert.deepEqual(first.heartbeat?.agents, [{ id: 'main' }, 'ops']);
    assert.equal(first.heartbeat.plugin_version, '0.2.0');
    await push(daemon, { version: 'OpenClaw 2', plugin_version: '0.3.0' });
    const second = await backend.arrival(({ heartbeat }) => heartbeat?.openclaw_version === 'OpenClaw 2');
    assert.equal(second.heartbeat?.plugin_version, '0.3.0');
    assert.equal('agents' in second.heartbeat, false);
  });

  it('says once that heartbeats are off when there is no backend, and starts none', async (t) => {
    const daemon = startReporting(t, undefined);
    assert.deepEqual((await health(daemon)).heartbeat, { enabled: false });
    await until('a sample', async () => (await fetch(`${await daemon.address()}/telemetry`)).ok);
    assert.equal(await daemon.stop(), 0);
    const lines = daemon.lines.filter(({ msg }) => msg?.includes('heartbeats are'));
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['heartbeats are off: MONITOR_BACKEND_URL is not set'],
    );
  });

  it('tells on /health how heartbeats go', async (t) => {
    const backend = await startBackend(t);
    const daemon = startReporting(t, backend.url);
    const heartbeat = await until('an accepted beat', async () => {
      const state = (await health(daemon)).heartbeat;
      return state['last'] === null ? null : state;
    });
    assert.equal(heartbeat['enabled'], true);
    assert.equal((heartbeat['last'] as { result: string }).result, 'accepted');
    assert.ok((heartbeat['counts'] as { accepted: number }).accepted >= 1);
  });

  it('lets a heartbeat in flight finish when it is told to stop, and exits with 0', async (t) => {
    const backend = await startBackend(t);
    const daemon = startReporting(t, backend.url);
    let wasDelivered = false;
    backend.scriptAll((_request, response) => {
      daemon.child.kill('SIGTERM');
      response.on('finish', () => {
        wasDelivered = true;
      });
      setTimeout(() => response.end('{}'), 500);
    });
    assert.equal(await daemon.exited, 0);
    assert.equal(wasDelivered, true);
    const messages = daemon.lines.map(({ msg }) => msg);
    assert.ok(messages.includes('first heartbeat accepted'), messages.join('\n'));
    assert.equal(backend.arrivals.length, 1);
  });

  it('exits with 0 although the backend hangs', async (t) => {
    const backend = await startBackend(t);
    const daemon = startReporting(t, backend.url);
    backend.scriptAll(() => {});
    await backend.arrived(1);
    assert.equal(await daemon.stop(), 0);
  });

  it('reports of nginx what the root file system that it was given has', async (t) => {
    const backend = await startBackend(t);
    const rootfs = temporaryFolder(t);
    mkdirSync(join(rootfs, 'etc'));
    startReporting(t, backend.url, { MONITOR_ROOTFS: rootfs });
    const { heartbeat } = await backend.arrival((arrival) => arrival.heartbeat !== null);
    assert.equal(heartbeat?.nginx_installed, false);
  });

  it('shows the key to the backend alone', async (t) => {
    const backend = await startBackend(t);
    const daemon = startReporting(t, backend.url, { MONITOR_LOG_LEVEL: 'trace' });
    backend.scriptNext((_request, response) => response.writeHead(400).end(API_KEY));
    await daemon.line(({ msg }) => msg === 'first heartbeat accepted');
    const shown = JSON.stringify(await health(daemon));
    assert.equal(await daemon.stop(), 0);
    assert.equal(backend.arrivals[0]?.headers['x-api-key'], API_KEY);
    for (const text of [shown, JSON.stringify(daemon.lines), daemon.stderr])
      assert.ok(!text.includes(API_KEY));
  });
});
