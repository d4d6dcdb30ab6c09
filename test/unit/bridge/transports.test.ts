import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { createGuard } from '../../../src/bridge/guard.js';
import { MonitorError } from '../../../src/shared/errors.js';
import { connectTo, createStandTransport, startStand } from '../../support/bridge-stand.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { RawConnection, rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

onEachTransport((transport) => {
  test('a body that never ends is answered 408, and the connection is closed', async (t) => {
    const { port, bodies } = await startStand(t, transport, { bodyTimeoutMs: 50 });
    const connection = await connectTo(t, port);
    connection.write(`${requestHead('POST', '/post', { 'content-length': '10' })}12345`);
    const answer = await connection.answer();
    assert.equal(answer.status, 408);
    assert.equal(JSON.parse(answer.body).error.code, 'body_timeout');
    await connection.closed;
    assert.deepEqual(bodies, []);
  });

  test('a chunked body that never ends is answered 408', async (t) => {
    const { port, bodies } = await startStand(t, transport, { bodyTimeoutMs: 50 });
    const connection = await connectTo(t, port);
    connection.write(`${requestHead('POST', '/post', { 'transfer-encoding': 'chunked' })}3\r\nabc\r\n`);
    assert.equal((await connection.answer()).status, 408);
    assert.deepEqual(bodies, []);
  });

  test('the time limit of a body ends with the body: a whole one is not answered 408 later', async (t) => {
    const { port } = await startStand(t, transport, { bodyTimeoutMs: 50 });
    const connection = await connectTo(t, port);
    connection.write(`${requestHead('POST', '/post', { 'content-length': '2' })}12`);
    assert.equal((await connection.answer()).status, 200);
    // A second stalled request on another connection shows that the time of the first is long over.
    const other = await connectTo(t, port);
    other.write(requestHead('POST', '/post', { 'content-length': '2' }));
    assert.equal((await other.answer()).status, 408);
    assert.equal(connection.unread, '');
    // On uWebSockets.js a request with a body is the last one of its connection.
    if (transport === 'uws') return connection.closed;
    connection.write(requestHead('GET', '/get'));
    assert.equal((await connection.answer()).status, 200);
  });

  test('a body whose sender has gone leaves nothing, and its time does not run on', async (t) => {
    const stand = await startStand(t, transport, { bodyTimeoutMs: 50 });
    const gone = await connectTo(t, stand.port);
    gone.write(`${requestHead('POST', '/post', { 'content-length': '10' })}12345`);
    await until('the push to have begun', () => stand.begun === 1);
    gone.socket.resetAndDestroy();
    await gone.closed;
    // The time of the one that went has run out when that of a later one has; an answer to it would have ended the process.
    const other = await connectTo(t, stand.port);
    other.write(requestHead('POST', '/post', { 'content-length': '2' }));
    assert.equal((await other.answer()).status, 408);
    assert.equal((await rawRequest(stand.port, 'POST', '/post', { body: 'whole' })).status, 200);
    assert.deepEqual(stand.bodies, ['whole']);
  });

  test('a body that comes byte by byte is put together', async (t) => {
    const { port, bodies } = await startStand(t, transport);
    const connection = await connectTo(t, port);
    const text = 'ä small body 😀';
    connection.write(requestHead('POST', '/post', { 'content-length': String(Buffer.byteLength(text)) }));
    for (const byte of Buffer.from(text)) {
      if (!connection.socket.write(Uint8Array.of(byte))) await once(connection.socket, 'drain');
      await new Promise(setImmediate);
    }
    assert.equal((await connection.answer()).status, 200);
    assert.deepEqual(bodies, [text]);
  });

  test('what was pinned for an answer is let go, for GET and for HEAD', async (t) => {
    const { port, gets } = await startStand(t, transport);
    for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
      assert.equal((await rawRequest(port, method, '/get')).status, 200);
      await until('the pin to be let go', () => gets.held === 0);
    }
  });

  test('a port that is taken is refused with its number', async (t) => {
    const { port } = await startStand(t, transport);
    const second = createStandTransport(transport, {
      guard: createGuard(null),
      failed: () => {},
      gets: {},
      posts: {},
    });
    t.after(() => second.close());
    await assert.rejects(second.listen(port), (error) => {
      assert.ok(error instanceof MonitorError);
      assert.equal(error.code, 'PORT_IN_USE');
      assert.ok(error.message.includes(`127.0.0.1:${port}`), error.message);
      return true;
    });
  });

  test('closing ends the open connections, and frees the port', async (t) => {
    const stand = await startStand(t, transport);
    const connection = await connectTo(t, stand.port);
    connection.write(requestHead('GET', '/get'));
    await connection.answer();
    stand.transport.close();
    await connection.closed;
    await assert.rejects(RawConnection.open(stand.port), { code: 'ECONNREFUSED' });
  });
});
