import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, startStand } from '../../support/bridge-stand.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { type RawConnection, rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

/** The head timeout is long, so no test here depends on time, even on a slow machine. */
const SMALL = { maxConnections: 10, headTimeoutMs: 10_000 };
const GET = requestHead('GET', '/get');

async function ask(connection: RawConnection): Promise<void> {
  connection.write(GET);
  assert.equal((await connection.answer()).status, 200);
}

function countOpen(all: readonly RawConnection[]): number {
  return all.filter(({ socket }) => !socket.destroyed).length;
}

onEachTransport((transport) => {
  test('a new connection is served however many are open, and only the limit is kept', async (t) => {
    const { port } = await startStand(t, transport, SMALL);
    const all: RawConnection[] = [];
    for (let i = 0; i < 60; i++) {
      const connection = await connectTo(t, port);
      all.push(connection);
      await ask(connection);
    }
    await until('no more than 10 to be left', () => countOpen(all) <= 10);
    await ask(all[all.length - 1]!);
  });

  test('a connection is not cut by fewer new ones than half the limit', async (t) => {
    const { port } = await startStand(t, transport, SMALL);
    for (let offset = 0; offset < 7; offset++) {
      await ask(await connectTo(t, port));
      const kept = await connectTo(t, port);
      await ask(kept);
      for (let i = 0; i < 4; i++) await ask(await connectTo(t, port));
      await ask(kept);
    }
  });

  test('short-lived connections do not cut one that stays', async (t) => {
    const { port } = await startStand(t, transport, SMALL);
    const kept = await connectTo(t, port);
    await ask(kept);
    for (let i = 0; i < 50; i++) {
      const connection = await connectTo(t, port);
      await ask(connection);
      connection.destroy();
      await connection.closed;
      await ask(kept);
    }
  });

  test('a burst of hundreds of silent connections does not block the next one', async (t) => {
    const { port } = await startStand(t, transport, SMALL);
    const all = await Promise.all(Array.from({ length: 300 }, () => connectTo(t, port)));
    assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
    // Connections from the kernel's accept queue exceed the limit briefly; later ones cause them to be cut.
    for (let i = 0; i < 10; i++) await ask(await connectTo(t, port));
    await until('no more than 10 to be left', () => countOpen(all) <= 10);
    assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
  });

  test('connections over the Unix socket count, too', async (t) => {
    const stand = await startStand(t, transport, SMALL);
    const path = `${temporaryFolder(t)}/s`;
    await stand.transport.listenUnix(path);
    const all: RawConnection[] = [];
    for (let i = 0; i < 30; i++) {
      const connection = await connectTo(t, i % 2 === 0 ? path : stand.port);
      all.push(connection);
      await ask(connection);
    }
    await until('no more than 10 to be left', () => countOpen(all) <= 10);
    assert.equal((await rawRequest(path, 'GET', '/get')).status, 200);
  });

  test('connections accepted but not yet handled are closed with the others', async (t) => {
    const { port, transport: served } = await startStand(t, transport);
    const all = await Promise.all(Array.from({ length: 100 }, () => connectTo(t, port)));
    served.close();
    await Promise.all(all.map(({ closed }) => closed));
  });
});
