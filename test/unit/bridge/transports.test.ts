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

  test('the body timeout ends with the body: a complete one is not answered 408 later', async (t) => {
    const { port } = await startStand(t, transport, { bodyTimeoutMs: 50 });
    const connection = await connectTo(t, port);
    connection.write(`${requestHead('POST', '/post', { 'content-length': '2' })}12`);
    assert.equal((await connection.answer()).status, 200);
    // The 408 of a stalled request on another connection shows that the first timeout has passed.
    const other = await connectTo(t, port);
    other.write(requestHead('POST', '/post', { 'content-length': '2' }));
    assert.equal((await other.answer()).status, 408);
    assert.equal(connection.unread, '');
    // On uWebSockets.js a request with a body is the last one of its connection.
    if (transport === 'uws') return connection.closed;
    connection.write(requestHead('GET', '/get'));
    assert.equal((await connection.answer()).status, 200);
  });

  test('a body whose sender disconnects leaves nothing behind, not even its timeout', async (t) => {
    const stand = await startStand(t, transport, { bodyTimeoutMs: 50 });
    const gone = await connectTo(t, stand.port);
    gone.write(`${requestHead('POST', '/post', { 'content-length': '10' })}12345`);
    await until('the push to have begun', () => stand.begun === 1);
    gone.socket.resetAndDestroy();
    await gone.closed;
    // Once a later timeout has fired, so would the first one have; answering a closed request would have crashed the process.
    const other = await connectTo(t, stand.port);
    other.write(requestHead('POST', '/post', { 'content-length': '2' }));
    assert.equal((await other.answer()).status, 408);
    assert.equal((await rawRequest(stand.port, 'POST', '/post', { body: 'whole' })).status, 200);
    assert.deepEqual(stand.bodies, ['whole']);
  });

  test('a body sent byte by byte is reassembled', async (t) => {
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

  test('the pin of an answer is released, for GET and for HEAD', async (t) => {
    const { port, gets } = await startStand(t, transport);
    for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
      assert.equal((await rawRequest(port, method, '/get')).status, 200);
      await until('the pin to be let go', () => gets.held === 0);
    }
  });

  test('a port in use is an error that names it', async (t) => {
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
