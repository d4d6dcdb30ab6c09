import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { assertAnswers } from '../../support/abuse-answers.js';
import { startAbused } from '../../support/abuse-daemon.js';
import { SLOW, type Slow } from '../../support/abuse-slow.js';
import { JSON_TYPE } from '../../support/bridge-client.js';
import { type BridgeTransport, onEachTransport } from '../../support/bridge-transports.js';
import { readHoldings } from '../../support/leaks.js';
import { RawConnection, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

/** Of each kind so many, which together are fewer than there may be. */
const COUNT = 8;
/** What node:http keeps of what it once took for so many answers that were not read. */
const MEMORY_KB = 30_000;
const BYTE_EVERY_MS = 1_000;

/** Everything that takes its time, all at once: each is ended by the bridge, in its time. */
export function slowAbuse(): void {
  onEachTransport((transport) => {
    test('slow, silent, deaf and endless clients are all ended, and keep nobody waiting', async (t) => {
      await withSlow(t, transport);
    });
  });
}

async function withSlow(t: TestContext, transport: BridgeTransport): Promise<void> {
  const abused = await startAbused(t, transport);
  const { port, pid } = abused;
  const held = readHoldings(pid).descriptors.length;
  const deaf: Socket[] = [];
  t.after(() => {
    for (const socket of deaf) socket.destroy();
  });
  const ends: Promise<void>[] = [];
  for (let i = 0; i < COUNT; i++) {
    for (const [name, slow] of Object.entries(SLOW)) {
      if (slow.isDeaf) deaf.push(beDeaf(port, slow));
      else ends.push(beSlow(t, port, name, slow));
    }
    ends.push(pushInTwoParts(t, port));
  }
  await abused.client.assertServed();
  await Promise.all(ends);
  // Nothing of them is read, so that only the bridge knows that they are over.
  await until('those who do not read to be ended', () => readHoldings(pid).descriptors.length <= held + 2);
  await abused.assertUnharmed(MEMORY_KB);
}

async function beSlow(t: TestContext, port: number, name: string, { first, rest }: Slow): Promise<void> {
  const connection = await RawConnection.open(port);
  t.after(() => connection.destroy());
  let isOpen = true;
  void connection.closed.then(() => {
    isOpen = false;
  });
  if (first !== '') connection.write(first);
  for (let at = 0; isOpen; at++) {
    await Promise.race([connection.closed, delay(BYTE_EVERY_MS, undefined, { ref: false })]);
    if (isOpen && rest !== '') connection.write(rest[at % rest.length] ?? '');
  }
  const statuses = assertAnswers(Buffer.from(connection.unread, 'latin1'), connection.error !== null);
  const expected = first.startsWith('GET') && first.includes('\r\n\r\n') ? [200, 408] : [404, 408, 413];
  for (const status of statuses) assert.ok(expected.includes(status), `${name}: ${status}`);
}

/** The time that it has for its next request begins with the answer to a push that was not there at once. */
async function pushInTwoParts(t: TestContext, port: number): Promise<void> {
  const connection = await RawConnection.open(port);
  t.after(() => connection.destroy());
  const body = '{"version":"kept","plugin_version":"1"}';
  connection.write(requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': String(body.length) }));
  connection.write(body.slice(0, 10));
  await delay(100);
  connection.write(body.slice(10));
  const { status } = await connection.answer();
  // On a machine that is busy the second part may come too late.
  assert.ok(status === 200 || status === 408, `${status}`);
  await connection.closed;
}

function beDeaf(port: number, { first }: Slow): Socket {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  socket.on('error', () => {});
  socket.write(first);
  return socket;
}
