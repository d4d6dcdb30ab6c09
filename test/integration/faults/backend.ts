import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { healthWhen, readHealth } from '../../support/bridge-client.js';
import { startUntrusted } from '../../support/fault-untrusted.js';
import {
  assertGoesOn,
  assertStopsInTime,
  startWhole,
  told,
  toldOver,
  type WholeDaemon,
} from '../../support/fault-watch.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { API_KEY, startBackend } from '../../support/heartbeat-daemon.js';
import { assertNothingLeaked } from '../../support/leaks.js';
import type { Script } from '../../support/reference-backend.js';
import { until } from '../../support/until.js';

const OK_HEAD = 'HTTP/1.1 200 OK\r\n';
const DRIBBLE_MS = 1_000;
const NEW_KEY = 'the-key-that-is-good-from-now-on';

/** A way to be a bad backend; `says` is what is logged of it, null: nothing, the heartbeat was accepted. */
interface Mode {
  readonly mode: string;
  readonly script: Script;
  readonly says: RegExp | null;
}

function status(code: number, headers: () => Record<string, string> = () => ({})): Script {
  return (_request, response) => response.writeHead(code, headers()).end('{}');
}

/** Answers with these bytes and nothing more. */
function bytes(text: string): Script {
  return ({ socket }) => socket.write(text);
}

/** Answers with these bytes, and then with one byte a second, for ever. */
function dribble(text: string): Script {
  return ({ socket }) => {
    socket.write(text);
    const timer = setInterval(() => socket.write('x'), DRIBBLE_MS);
    socket.on('close', () => clearInterval(timer));
  };
}

/** Answers with these bytes and cuts the connection behind them. */
function cut(text: string): Script {
  return ({ socket }) => socket.write(text, () => socket.resetAndDestroy());
}

/** Answers with these bytes, and then with more as fast as they are taken, for ever. */
function flood(text: string): Script {
  return ({ socket }) => {
    const chunk = Buffer.alloc(65_536, 'x');
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more).on('error', () => {});
    socket.write(text);
    more();
  };
}

const inASecond = () => new Date(Date.now() + 1_000).toUTCString();

const QUICK: readonly Mode[] = [
  { mode: '200 with garbage', script: bytes(`${OK_HEAD}content-length: 5\r\n\r\n\0\xff{"x`), says: null },
  { mode: 'no HTTP', script: cut('SSH-2.0-OpenSSH_9.2\r\n'), says: /^unreachable: / },
  { mode: 'a reset before it answers', script: cut(''), says: /^unreachable: / },
  { mode: 'a reset in the middle of the head', script: cut(`${OK_HEAD}x-a`), says: /^unreachable: / },
  {
    mode: 'a reset in the middle of the body',
    script: cut(`${OK_HEAD}content-length: 100\r\n\r\n{`),
    says: null,
  },
  {
    mode: 'a redirect',
    script: status(307, () => ({ location: 'http://127.0.0.1:1/' })),
    says: /^rejected: HTTP 307, and redirects are not followed$/,
  },
  { mode: '400', script: status(400), says: /^rejected: HTTP 400$/ },
  { mode: '404', script: status(404), says: /^rejected: HTTP 404$/ },
  { mode: '429', script: status(429), says: /^throttled: HTTP 429$/ },
  {
    mode: '429 with seconds',
    script: status(429, () => ({ 'retry-after': '1' })),
    says: /^throttled: HTTP 429$/,
  },
  {
    mode: '429 with a date',
    script: status(429, () => ({ 'retry-after': inASecond() })),
    says: /^throttled: HTTP 429$/,
  },
  { mode: '500', script: status(500), says: /^server error: HTTP 500$/ },
  {
    mode: '503 with seconds',
    script: status(503, () => ({ 'retry-after': '1' })),
    says: /^server error: HTTP 503$/,
  },
  { mode: 'a body without an end', script: flood(`${OK_HEAD}\r\n`), says: null },
  { mode: 'a head without an end', script: flood(`${OK_HEAD}x-a: `), says: /^unreachable: / },
];

const SLOW: readonly Mode[] = [
  { mode: 'nothing', script: () => {}, says: /^timeout: no answer within 10 s$/ },
  { mode: 'nothing after the head', script: bytes(`${OK_HEAD}content-length: 9\r\n\r\n`), says: null },
  {
    mode: 'one byte of the head a second',
    script: dribble(`${OK_HEAD}x-a: `),
    says: /^timeout: no answer within 10 s$/,
  },
  {
    mode: 'one byte of the body a second',
    script: dribble(`${OK_HEAD}content-length: 999\r\n\r\n`),
    says: null,
  },
];

/** Lets the backend be bad once, in one way after the other, and looks each time what comes of it. */
async function goThrough(whole: WholeDaemon, modes: readonly Mode[]): Promise<void> {
  const { daemon, port, backend } = whole;
  for (const { mode, script, says } of modes) {
    const lines = told(daemon.lines, 'heartbeat').length;
    let isStruck = false;
    backend.scriptNext((request, response) => {
      isStruck = true;
      request.socket.on('error', () => {});
      script(request, response);
    });
    await until(`${mode} to be answered`, () => isStruck);
    await assertGoesOn(whole);
    await healthWhen(port, ({ status }) => status === 'ok');
    if (says === null) {
      assert.deepEqual(told(daemon.lines, 'heartbeat').slice(lines), [], mode);
      continue;
    }
    const said = (await toldOver(daemon.lines, 'heartbeat', lines / 2 + 1)).slice(lines);
    assert.equal(said.length, 2, `${mode}: ${said.join(', ')}`);
    assert.match(said[0]?.replace('warn heartbeat ', '') ?? '', says, mode);
    assert.equal(said[1], said[0]?.replace(/^warn ([^:]*): .*/, 'info resolved: $1'), mode);
  }
  assert.equal(backend.maxInFlight, 1);
  const { restarts, counts } = (await readHealth(port)).heartbeat;
  assert.equal(restarts, 0);
  const failures = modes.filter(({ says }) => says !== null).length;
  const counted = Object.values(counts).reduce((sum, count) => sum + count, 0);
  assert.equal(counted - (counts['accepted'] ?? 0), failures);
}

/** All the ways in which a backend can be bad. */
export function backendFaults(): void {
  for (const { how, modes } of [
    { how: 'badly', modes: QUICK },
    { how: 'slowly or not at all', modes: SLOW },
  ]) {
    test(`a backend that answers ${how}, in ${modes.length} ways, costs those heartbeats and nothing else`, async (t) => {
      const whole = await startWhole(t);
      await goThrough(whole, modes);
      await assertNothingLeaked(whole.pid, whole.before);
      await assertStopsInTime(whole.daemon);
    });
  }

  for (const refusal of [401, 403]) {
    test(`a backend that refuses the key with ${refusal} is reported to with the one that is in the file by then`, async (t) => {
      const file = join(temporaryFolder(t), 'key');
      writeFileSync(file, `${API_KEY}\n`, { mode: 0o600 });
      const whole = await startWhole(t, { env: { MONITOR_API_KEY: undefined, MONITOR_API_KEY_FILE: file } });
      const { daemon, port, backend } = whole;
      backend.scriptAll((request, response) =>
        response.writeHead(request.headers['x-api-key'] === NEW_KEY ? 200 : refusal).end('{}'),
      );
      await healthWhen(port, ({ heartbeat }) => heartbeat.last?.status === refusal);
      const { length } = backend.arrivals;
      await assertGoesOn(whole, { beats: true });
      const said = `the backend refuses the API key from ${file}`;
      assert.deepEqual((await readHealth(port)).problems, [`${said}: HTTP ${refusal}`]);
      // It is not asked again with what it has refused, not for a minute.
      assert.equal(backend.arrivals.length, length);
      writeFileSync(file, `${NEW_KEY}\n`);
      await healthWhen(
        port,
        ({ status, heartbeat }) => status === 'ok' && heartbeat.last?.result === 'accepted',
      );
      assert.deepEqual(await toldOver(daemon.lines, 'heartbeat'), [
        `error ${said}: HTTP ${refusal}`,
        `info resolved: ${said}`,
      ]);
      await assertNothingLeaked(whole.pid, whole.before);
      await assertStopsInTime(daemon);
    });
  }

  test('a backend that is not there is reported to as soon as it is back', async (t) => {
    const whole = await startWhole(t);
    const { daemon, port, backend } = whole;
    const backendPort = backend.port;
    await backend.stop();
    await healthWhen(port, ({ heartbeat }) => heartbeat.last?.result === 'unreachable');
    await assertGoesOn(whole, { beats: true });
    const back = await startBackend(t, backendPort);
    await assertGoesOn({ port, backend: back });
    await healthWhen(port, ({ status }) => status === 'ok');
    await until('it to be told, too', () => told(daemon.lines, 'heartbeat').length % 2 === 0);
    await assertNothingLeaked(whole.pid, whole.before);
  });

  test('a backend whose certificate is not to be trusted is told nothing, and is reported to once it has a good one', async (t) => {
    const server = await startUntrusted(t);
    const whole = await startWhole(t, {
      env: { NODE_EXTRA_CA_CERTS: server.caFile },
      backendUrl: () => server.url,
      ready: ({ port }) => healthWhen(port, ({ heartbeat }) => heartbeat.last !== null),
    });
    const { daemon, port } = whole;
    await assertGoesOn(whole, { beats: true });
    assert.deepEqual(server.keys, []);
    server.mend();
    await healthWhen(
      port,
      ({ status, heartbeat }) => status === 'ok' && heartbeat.last?.result === 'accepted',
    );
    assert.equal(server.keys[0], API_KEY);
    const lines = await toldOver(daemon.lines, 'heartbeat');
    assert.equal(lines.length, 2, lines.join('\n'));
    assert.match(lines[0] ?? '', /^warn heartbeat unreachable: .*certificate/);
    const before = { ...whole.before, descriptors: [...whole.before.descriptors, 'socket:[N]'] };
    await assertNothingLeaked(whole.pid, before);
    await assertStopsInTime(daemon);
  });
}
