import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../support/abuse-fuzz.js';
import { JSON_TYPE, startBridge } from '../../support/bridge-client.js';
import { type BridgeTransport, onEachTransport } from '../../support/bridge-transports.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { rawRequest, requestHead } from '../../support/raw-http.js';

/** Connections to each daemon: ten thousand to all four of them. */
const CONNECTIONS = 2_500;
const AT_A_TIME = 25;
const TOKEN = 'a-token-of-the-bridge-0123';
const MAX_DELAY_MS = 3;

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT'];
const PATHS = [
  '/telemetry',
  '/health',
  '/metrics',
  '/history?seconds=40&points=300',
  '/',
  '/nope',
  '/openclaw',
];
/** Answers of 10 to 100 kB, of which a few fill every buffer on the way. */
const LONG_PATHS = ['/history?seconds=40&points=300', '/', '/metrics'];
const COUNTS = [1, 1, 3, 17, 17, 60, 200];
const MAX_LONG_COUNT = 4;
const BODIES = [undefined, '', '{"version":"reset","plugin_version":"1"}', '['.repeat(3_000)];
const ENDS = ['reset', 'reset', 'destroy', 'half-close', 'unread'] as const;

/** Connections that are reset, closed or left unread at any moment of many requests sent in one go. */
export function resets(): void {
  onEachTransport((transport) => {
    for (const hasToken of [false, true]) {
      const whose = hasToken ? 'with a token' : 'without a token';
      test(`${CONNECTIONS} connections that end amid their requests do not end a daemon ${whose}`, (t) =>
        hammer(t, transport, hasToken));
    }
  });
}

async function hammer(t: TestContext, transport: BridgeTransport, hasToken: boolean): Promise<void> {
  const folder = temporaryFolder(t);
  const socketPath = join(folder, 's');
  const tokenFile = join(folder, 'token');
  writeFileSync(tokenFile, TOKEN);
  chmodSync(tokenFile, 0o600);
  const { daemon, port } = await startBridge(t, {
    MONITOR_BRIDGE_TRANSPORT: transport,
    MONITOR_BRIDGE_SOCKET: socketPath,
    MONITOR_BRIDGE_TOKEN_FILE: hasToken ? tokenFile : undefined,
  });
  const random = new Random(hasToken ? 2 : 1);
  for (let done = 0; done < CONNECTIONS; done += AT_A_TIME) {
    const where = random.once(3) ? socketPath : port;
    await Promise.all(Array.from({ length: AT_A_TIME }, () => breakOff(random, where)));
    const how = daemon.child.exitCode ?? daemon.child.signalCode;
    assert.equal(how, null, `the daemon ended by ${how}: ${daemon.stderr}`);
  }
  const headers = { authorization: `Bearer ${TOKEN}` };
  for (const where of [port, socketPath])
    assert.equal((await rawRequest(where, 'GET', '/telemetry', { headers })).status, 200);
  assert.deepEqual(
    daemon.lines.filter(({ condition }) => condition === 'bridge'),
    [],
  );
  assert.equal(await daemon.stop(), 0);
  assert.equal(daemon.stderr, '');
}

/** Sends some requests in one write, waits up to 3 ms, and ends the connection in one of several ways. */
async function breakOff(random: Random, where: number | string): Promise<void> {
  const requests = makeRequests(random);
  const end = random.pick(ENDS);
  const delayMs = random.below(MAX_DELAY_MS + 1);
  const socket = await open(where);
  if (socket === null) return;
  // From here on: the daemon may end the connection at any of the steps below.
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(requests);
  if (end === 'unread') {
    // The answers fill the socket, and more is asked for until the bridge has had enough or the writes are no longer taken.
    for (let i = 0; i < 8 && !socket.destroyed && socket.writableLength === 0; i++) {
      socket.write(requests);
      await new Promise(setImmediate);
    }
  }
  if (delayMs > 0) await delay(delayMs);
  if (end === 'half-close') socket.end().resume();
  else if (end === 'reset' && typeof where === 'number') socket.resetAndDestroy();
  else socket.destroy();
  await closed;
}

function makeRequests(random: Random): string {
  const path = random.pick(PATHS);
  const method = path === '/openclaw' ? 'POST' : random.pick(METHODS);
  const body = random.once(3) || method === 'POST' ? random.pick(BODIES) : undefined;
  const count = random.pick(COUNTS);
  const request = requestHead(method, path, {
    ...(method === 'POST' && JSON_TYPE),
    'content-length': body === undefined ? undefined : String(body.length),
    authorization: random.once(2) ? `Bearer ${TOKEN}` : undefined,
    origin: random.once(8) ? 'http://evil.example' : undefined,
  });
  return `${request}${body ?? ''}`.repeat(
    LONG_PATHS.includes(path) ? Math.min(count, MAX_LONG_COUNT) : count,
  );
}

/** A connection that reads nothing; null where it was refused: the queue of a Unix socket is full. */
function open(where: number | string): Promise<Socket | null> {
  const socket = typeof where === 'string' ? connect(where) : connect(where, '127.0.0.1');
  socket.pause();
  return new Promise((resolve) => {
    socket.once('connect', () => resolve(socket));
    socket.on('error', () => resolve(null));
  });
}
