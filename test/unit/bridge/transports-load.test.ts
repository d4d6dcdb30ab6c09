import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type Answer, OK, okAnswer } from '../../../src/bridge/answer.js';
import { assertError } from '../../support/bridge-client.js';
import { connectTo, type Stand, startStand } from '../../support/bridge-stand.js';
import { type BridgeTransport, onEachTransport } from '../../support/bridge-transports.js';
import { temporaryFolder } from '../../support/fixtures.js';
import { rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

const GET = requestHead('GET', '/get');
const FRAME_BYTES = 20_000;
/** The daemon's limit of concurrent bodies. */
const MAX_BODIES = 128;

/** A stand whose answers are in memory that is overwritten on release, like a frame's. */
async function startScribbling(t: TestContext, transport: BridgeTransport): Promise<Stand> {
  const memory = new Uint8Array(new SharedArrayBuffer(FRAME_BYTES));
  let asked = 0;
  return startStand(t, transport, {
    got: () => ({ status: OK, headers: [], body: memory.fill(letter(asked++)) }),
    released: () => memory.fill(0x21),
  });
}

function letter(index: number): number {
  return 0x41 + (index % 26);
}

onEachTransport((transport) => {
  test('a late reader gets an intact answer although its memory is overwritten on release', async (t) => {
    const { port } = await startScribbling(t, transport);
    const connection = await connectTo(t, port);
    connection.socket.pause();
    const count = 40;
    connection.write(GET.repeat(count));
    // An answer on another connection shows that these have been made.
    await rawRequest(port, 'GET', '/nowhere');
    connection.socket.resume();
    for (let i = 0; i < count; i++) {
      const { body } = await connection.answer();
      assert.equal(body, String.fromCharCode(letter(i)).repeat(FRAME_BYTES));
    }
  });

  test('a client that sends requests and reads nothing gets a bounded number of answers', async (t) => {
    const { port, gets } = await startScribbling(t, transport);
    const connection = await connectTo(t, port);
    connection.socket.pause();
    // 400 MB of answers, if all were made.
    const count = 20_000;
    connection.write(GET.repeat(count));
    let before = -1;
    await until('no more answers to be made', () => {
      const isSame = gets.acquired === before;
      before = gets.acquired;
      return isSame && gets.acquired > 0;
    });
    assert.ok(gets.acquired < count / 4, `${gets.acquired} answers`);
    assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
  });

  test('thousands of pipelined HEADs are answered, or one of them closes the connection', async (t) => {
    const { port } = await startStand(t, transport);
    const connection = await connectTo(t, port);
    const count = 2_000;
    connection.write(requestHead('HEAD', '/get').repeat(count));
    let answered = 0;
    let isLast = false;
    while (answered < count && !isLast) {
      const { status, headers } = await connection.answer({ head: true });
      assert.equal(status, 200);
      assert.equal(headers['content-length'], '12');
      answered++;
      isLast = headers['connection'] === 'close';
    }
    assert.equal(isLast, transport === 'uws');
    assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
  });

  test('an endless head is refused and cut while it is still arriving', async (t) => {
    const { port, gets } = await startStand(t, transport);
    const connection = await connectTo(t, port);
    let isOpen = true;
    void connection.closed.then(() => {
      isOpen = false;
    });
    connection.write('GET /get HTTP/1.1\r\nhost: 127.0.0.1\r\n');
    while (isOpen) {
      connection.write('x: y\r\n'.repeat(100));
      await new Promise(setImmediate);
    }
    assert.match(connection.unread, /^(HTTP\/1\.1 431 |$)/);
    assert.equal(gets.acquired, 0);
    assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
  });

  test('bodies held open block nobody: beyond the limit, the oldest is answered 408', async (t) => {
    const stand = await startStand(t, transport, { bodyTimeoutMs: 600_000 });
    const { port } = stand;
    const begin = async () => {
      const connection = await connectTo(t, port);
      const before = stand.begun;
      connection.write(`${requestHead('POST', '/post', { 'content-length': '10' })}123`);
      await until('the body to have begun', () => stand.begun > before);
      return connection;
    };
    const oldest = await begin();
    const second = await begin();
    for (let i = 2; i < MAX_BODIES; i++) await begin();
    assert.equal(oldest.unread, '');
    assert.equal((await rawRequest(port, 'POST', '/post', { body: 'whole' })).status, 200);
    assertError(await oldest.answer(), 408, 'body_timeout');
    second.write('4567890');
    assert.equal((await second.answer()).status, 200);
    assert.deepEqual(stand.bodies, ['whole', '1234567890']);
  });

  for (const [what, method, path, broken] of [
    ['GET', 'GET', '/get', 'got'],
    ['HEAD', 'HEAD', '/get', 'got'],
    ['a push', 'POST', '/post', 'posted'],
  ] as const) {
    test(`an unsendable answer to ${what} closes only its connection`, async (t) => {
      let isBroken = true;
      // No route returns this; it stands for an unforeseen bug.
      const unsendable: Answer = { status: OK, headers: [], body: 42 as unknown as string };
      const stand = await startStand(t, transport, {
        [broken]: () => (isBroken ? unsendable : okAnswer('{}')),
      });
      await assert.rejects(rawRequest(stand.port, method, path, { body: 'x' }));
      assert.equal(stand.faults.length, 1);
      assert.equal(stand.gets.held, 0);
      isBroken = false;
      assert.equal((await rawRequest(stand.port, method, path, { body: 'x' })).status, 200);
      assert.equal(stand.faults.length, 1);
    });
  }

  test('a Unix socket gives the same answers as the port', async (t) => {
    const { transport: served, port } = await startStand(t, transport);
    const path = `${temporaryFolder(t)}/s`;
    await served.listenUnix(path);
    for (const where of [port, path]) {
      assert.equal((await rawRequest(where, 'GET', '/get')).body, '{"got":true}');
      assert.equal((await rawRequest(where, 'POST', '/post', { body: 'x' })).body, '{"posted":true}');
      assertError(await rawRequest(where, 'PUT', '/get'), 405, 'method_not_allowed');
      const stranger = await rawRequest(where, 'GET', '/get', { headers: { host: 'evil.example' } });
      assertError(stranger, 421, 'misdirected_request');
    }
    const connection = await connectTo(t, path);
    connection.write(GET);
    await connection.answer();
    served.close();
    await connection.closed;
    await assert.rejects(rawRequest(path, 'GET', '/get'));
  });
});
