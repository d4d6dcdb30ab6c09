import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OK, okAnswer } from '../../../src/bridge/answer.js';
import { LONG_ANSWER_BYTES, MAX_LONG_ANSWERS } from '../../../src/bridge/limits.js';
import { TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { connectTo, type Stand, startStand } from '../../support/bridge-stand.js';
import { type BridgeTransport, missingUws, onEachTransport } from '../../support/bridge-transports.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { readHoldings } from '../../support/leaks.js';
import { type RawConnection, rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

const GET = requestHead('GET', '/get');
/** More than a Unix socket buffers, and about the size of the longest answer. */
const BODY = Buffer.from('0123456789'.repeat(60_000));

/** A stand with a long answer and a Unix socket: the kernel buffers 200 kB on that, and about 4 MB on a port. */
async function startLong(
  t: TestContext,
  transport: BridgeTransport,
): Promise<{ stand: Stand; path: string }> {
  const stand = await startStand(t, transport, { got: () => ({ status: OK, headers: [], body: BODY }) });
  const path = `${temporaryFolder(t)}/s`;
  await stand.transport.listenUnix(path);
  return { stand, path };
}

/** Opens `count` connections that request an answer and read nothing of it; the first one is the oldest. */
async function askDeaf(t: TestContext, { gets }: Stand, path: string, count = 1): Promise<RawConnection[]> {
  const all: RawConnection[] = [];
  for (let i = 0; i < count; i++) {
    const connection = await connectTo(t, path);
    connection.socket.pause();
    all.push(connection);
  }
  const before = gets.acquired;
  for (const [i, connection] of all.entries()) {
    connection.write(GET);
    if (i === 0 || i === count - 1)
      await until('the answers to be made', () => gets.acquired - before === i + 1);
  }
  return all;
}

async function assertWhole(connection: RawConnection): Promise<void> {
  connection.socket.resume();
  const { status, body } = await connection.answer();
  assert.equal(status, 200);
  assert.ok(BODY.equals(Buffer.from(body)));
}

onEachTransport((transport) => {
  test('long answers arrive intact over the port and the Unix socket, repeatedly', async (t) => {
    const { stand, path } = await startLong(t, transport);
    for (const where of [stand.port, path]) {
      const connection = await connectTo(t, where);
      for (let i = 0; i < 40; i++) {
        connection.write(GET);
        await assertWhole(connection);
      }
      const head = await rawRequest(where, 'HEAD', '/get');
      assert.deepEqual([head.headers['content-length'], head.body], [String(BODY.length), '']);
    }
    assert.equal(stand.gets.held, 0);
    assert.deepEqual(stand.faults, []);
  });

  test('a slow reader gets all of it and can send another request', async (t) => {
    const { stand, path } = await startLong(t, transport);
    const [connection] = await askDeaf(t, stand, path);
    assert.ok(connection);
    connection.socket.on('data', () => {
      connection.socket.pause();
      setTimeout(() => connection.socket.resume(), 2);
    });
    await assertWhole(connection);
    connection.write(GET);
    await assertWhole(connection);
    assert.equal(stand.gets.acquired, 2);
  });

  test('unread answers up to the limit are kept; one more cuts only the oldest', async (t) => {
    const { stand, path } = await startLong(t, transport);
    const [oldest, ...others] = await askDeaf(t, stand, path, MAX_LONG_ANSWERS + 1);
    assert.equal((await rawRequest(stand.port, 'GET', '/get')).status, 200);
    for (const connection of others) await assertWhole(connection);
    await assert.rejects(assertWhole(oldest!), /the connection ended/);
    assert.deepEqual(stand.faults, []);
  });

  test('a client that pipelines 1,000 requests and reads nothing is cut after a few answers', async (t) => {
    const { stand, path } = await startLong(t, transport);
    for (const where of [path, stand.port]) {
      const before = stand.gets.acquired;
      const connection = await connectTo(t, where);
      connection.socket.pause();
      connection.write(GET.repeat(1_000));
      await until('the first answer to be made', () => stand.gets.acquired > before);
      assert.equal((await rawRequest(stand.port, 'GET', '/nowhere')).status, 404);
      assert.ok(stand.gets.acquired - before <= 20, `${stand.gets.acquired - before} answers`);
      connection.socket.resume();
      await connection.closed;
    }
    // They no longer count towards the limit.
    for (const connection of await askDeaf(t, stand, path, MAX_LONG_ANSWERS)) await assertWhole(connection);
  });

  test('clients that disconnect during an answer are forgotten', async (t) => {
    const { stand, path } = await startLong(t, transport);
    for (const connection of await askDeaf(t, stand, path, MAX_LONG_ANSWERS)) connection.destroy();
    for (const connection of await askDeaf(t, stand, path, MAX_LONG_ANSWERS)) {
      connection.socket.once('data', () => connection.destroy());
      connection.socket.resume();
      await connection.closed;
    }
    for (const connection of await askDeaf(t, stand, path, MAX_LONG_ANSWERS)) await assertWhole(connection);
    assert.deepEqual(stand.faults, []);
  });

  test('closing the transport cuts answers in flight', async (t) => {
    const { stand, path } = await startLong(t, transport);
    const [connection] = await askDeaf(t, stand, path);
    assert.ok(connection);
    stand.transport.close();
    connection.socket.resume();
    await connection.closed;
    assert.ok(connection.unread.length < BODY.length);
    assert.deepEqual(stand.faults, []);
  });

  test('the query string reaches the route unchanged', async (t) => {
    const { port } = await startStand(t, transport, { got: (request) => okAnswer(request.getQuery()) });
    for (const query of ['', '?', '?a=1', '?a=%20b+c&a=%zz&=', '?a?b=/get', `?${'x'.repeat(3_000)}`]) {
      assert.equal((await rawRequest(port, 'GET', `/get${query}`)).body, query.slice(1));
      const head = await rawRequest(port, 'HEAD', `/get${query}`);
      assert.equal(head.headers['content-length'], String(Math.max(0, query.length - 1)));
    }
    // A pipelined request does not get the query of the previous one.
    const connection = await connectTo(t, port);
    connection.write(`${requestHead('GET', '/get?a=1')}${GET}${requestHead('GET', '/get?b=2')}`);
    const bodies: string[] = [];
    for (let i = 0; i < 3; i++) bodies.push((await connection.answer()).body);
    assert.deepEqual(bodies, ['a=1', '', 'b=2']);
  });
});

// node:http has one idle timeout for everything; uWebSockets.js has a separate one for an answer in flight.
test('on uWebSockets.js a client that reads nothing is cut after the idle timeout', {
  skip: missingUws(),
}, async (t) => {
  const { stand, path } = await startLong(t, 'uws');
  const sockets = (): number =>
    readHoldings(process.pid).descriptors.filter((name) => name.startsWith('socket:')).length;
  const before = sockets();
  await askDeaf(t, stand, path);
  // Both ends are in this process, and a paused reader does not see the close.
  assert.equal(sockets(), before + 2);
  await until('the other end to be closed', () => sockets() === before + 1);
  assert.deepEqual(stand.faults, []);
});

test('no telemetry frame is long enough to count as a long answer', () => {
  assert.ok(TELEMETRY_STORE.bytesCapacity <= LONG_ANSWER_BYTES);
});
