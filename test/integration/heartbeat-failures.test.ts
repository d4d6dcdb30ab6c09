import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { told, toldOver } from '../support/fault-watch.js';
import { temporaryFolder } from '../support/fixtures.js';
import {
  API_KEY,
  heartbeatLine,
  heartbeatLines,
  startBackend,
  startReporting,
} from '../support/heartbeat-daemon.js';
import type { Script } from '../support/reference-backend.js';
import { until } from '../support/until.js';

function answering(status: number, before: () => void = () => {}): Script {
  return (_request, response) => {
    before();
    response.writeHead(status).end('{}');
  };
}

/** A key file that only its owner can read, and a way to change it. */
function keyFile(t: TestContext, key: string) {
  const path = join(temporaryFolder(t), 'api-key');
  const write = (text: string): void => {
    writeFileSync(path, `${text}\n`);
    chmodSync(path, 0o600);
  };
  write(key);
  return { path, write };
}

describe('a backend that is not well', { concurrency: true, timeout: 60_000 }, () => {
  it('never gets a second heartbeat while it hangs on the first', async (t) => {
    const backend = await startBackend(t);
    const daemon = startReporting(t, backend.url);
    let release = (): void => {};
    backend.scriptNext((_request, response) => {
      release = () => response.end('{}');
    });
    await backend.arrived(1);
    const address = await daemon.address();
    const uptime = async () =>
      ((await (await fetch(`${address}/telemetry`)).json()) as { uptime_seconds: number }).uptime_seconds;
    const start = await uptime();
    await until('three intervals', async () => (await uptime()) > start + 3);
    assert.equal(backend.arrivals.length, 1);
    release();
    await backend.arrived(3);
    assert.equal(backend.maxInFlight, 1);
  });

  it('is reported to again after errors, which are said once, and so is their end', async (t) => {
    const backend = await startBackend(t);
    backend.scriptNext(answering(500), answering(500));
    const daemon = startReporting(t, backend.url);
    await heartbeatLine(daemon, /^resolved/);
    assert.deepEqual(told(daemon.lines, 'heartbeat'), [
      'warn heartbeat server error: HTTP 500',
      'info resolved: heartbeat server error',
    ]);
    assert.ok(backend.arrivals.length >= 3);
  });

  it('that fails with a different detail each time is logged once', async (t) => {
    const backend = await startBackend(t);
    backend.scriptNext(answering(500), answering(503), answering(502));
    const daemon = startReporting(t, backend.url);
    assert.deepEqual(await toldOver(daemon.lines, 'heartbeat'), [
      'warn heartbeat server error: HTTP 500',
      'info resolved: heartbeat server error',
    ]);
    assert.ok(backend.arrivals.length >= 4);
  });

  it('is reported to again once it listens on its port again', async (t) => {
    const down = await startBackend(t);
    const { port, url } = down;
    const daemon = startReporting(t, url);
    await down.arrival(({ heartbeat }) => heartbeat !== null);
    await down.stop();
    const { msg } = await heartbeatLine(daemon, /./);
    assert.match(
      msg ?? '',
      /^heartbeat unreachable: (connect ECONNREFUSED|other side closed|read ECONNRESET)/,
    );
    const up = await startBackend(t, port);
    await up.arrival(({ heartbeat }) => heartbeat !== null);
    await heartbeatLine(daemon, /^resolved/);
  });

  it('that was never there is reported to as soon as it is', async (t) => {
    const down = await startBackend(t);
    const { port, url } = down;
    await down.stop();
    const daemon = startReporting(t, url);
    const { msg } = await heartbeatLine(daemon, /./);
    assert.equal(msg, `heartbeat unreachable: connect ECONNREFUSED 127.0.0.1:${port}`);
    const up = await startBackend(t, port);
    await up.arrival(({ heartbeat }) => heartbeat !== null);
  });

  it('and finds beats bad gets the next ones all the same, and is complained of once', async (t) => {
    const backend = await startBackend(t);
    backend.scriptNext(...[1, 2, 3].map(() => answering(422)));
    const daemon = startReporting(t, backend.url);
    await heartbeatLine(daemon, /^resolved/);
    assert.deepEqual(told(daemon.lines, 'heartbeat'), [
      'warn heartbeat rejected: HTTP 422',
      'info resolved: heartbeat rejected',
    ]);
  });

  it('and redirects is not followed', async (t) => {
    const elsewhere = await startBackend(t);
    const backend = await startBackend(t);
    backend.scriptNext((_request, response) =>
      response.writeHead(307, { location: `${elsewhere.url}/monitor/server/heartbeat-v2` }).end(),
    );
    const daemon = startReporting(t, backend.url);
    await heartbeatLine(daemon, /^heartbeat rejected: HTTP 307, and redirects are not followed$/);
    await backend.arrival(({ heartbeat }) => heartbeat !== null);
    assert.equal(elsewhere.arrivals.length, 0);
  });
});

describe('a key that the backend refuses', { concurrency: true, timeout: 60_000 }, () => {
  it('is read anew from its file, and the new one is used', async (t) => {
    const backend = await startBackend(t);
    const { path, write } = keyFile(t, 'the-old-key');
    backend.scriptNext(answering(401, () => write(API_KEY)));
    const daemon = startReporting(t, backend.url, { MONITOR_API_KEY: undefined, MONITOR_API_KEY_FILE: path });
    await heartbeatLine(daemon, /^resolved/);
    assert.deepEqual(
      backend.arrivals.slice(0, 2).map(({ headers }) => headers['x-api-key']),
      ['the-old-key', API_KEY],
    );
  });

  it('is looked for again, however long after the refusal it is changed', async (t) => {
    const backend = await startBackend(t);
    const { path, write } = keyFile(t, 'the-old-key');
    const daemon = startReporting(t, backend.url, { MONITOR_API_KEY: undefined, MONITOR_API_KEY_FILE: path });
    await heartbeatLine(daemon, /refuses the API key/);
    write(API_KEY);
    await heartbeatLine(daemon, /^resolved/);
  });

  it('is complained of in one line that names where it came from, however often, and never shows it', async (t) => {
    const backend = await startBackend(t);
    const { path, write } = keyFile(t, 'wrong-key-0');
    const refusals = [1, 2, 3].map((number) => answering(401, () => write(`wrong-key-${number}`)));
    backend.scriptNext(...refusals);
    const daemon = startReporting(t, backend.url, { MONITOR_API_KEY: undefined, MONITOR_API_KEY_FILE: path });
    await backend.arrived(4);
    assert.deepEqual(
      heartbeatLines(daemon).map(({ level, msg }) => [level, msg]),
      [['error', `the backend refuses the API key from ${path}: HTTP 401`]],
    );
    assert.equal(await daemon.stop(), 0);
    assert.ok(!JSON.stringify(daemon.lines).includes('wrong-key') && !daemon.stderr.includes('wrong-key'));
  });

  it('is not given up when its file can be read by others from now on', async (t) => {
    const backend = await startBackend(t);
    const { path } = keyFile(t, 'the-old-key');
    backend.scriptNext(answering(403, () => chmodSync(path, 0o644)));
    const daemon = startReporting(t, backend.url, { MONITOR_API_KEY: undefined, MONITOR_API_KEY_FILE: path });
    await heartbeatLine(
      daemon,
      /refuses the API key from .*api-key, and there is no other: .*group or others/,
    );
    assert.equal(await daemon.stop(), 0);
  });
});
