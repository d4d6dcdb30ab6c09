import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { okAnswer } from '../../../src/bridge/answer.js';
import { createGuard } from '../../../src/bridge/guard.js';
import type { Routes, Transport } from '../../../src/bridge/routes.js';
import { createUwsTransport, loadUws } from '../../../src/bridge/uws.js';
import { MonitorError } from '../../../src/shared/errors.js';
import { RawConnection, rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

/** A transport with one path to get and one to post to, which keeps what came in. */
async function listen(t: TestContext, bodyTimeoutMs?: number) {
  const bodies: string[] = [];
  let pinned = 0;
  let begun = 0;
  const routes: Routes = {
    guard: createGuard(null),
    failed: () => {},
    gets: {
      '/get': {
        acquire: () => {
          pinned++;
          return okAnswer('{"got":true}');
        },
        release: () => {
          pinned--;
        },
      },
    },
    posts: {
      '/post': {
        refuse: () => {
          begun++;
          return null;
        },
        answer: (body) => {
          bodies.push(Buffer.from(body).toString());
          return okAnswer('{"posted":true}');
        },
      },
    },
  };
  const transport = createUwsTransport(
    loadUws(),
    routes,
    bodyTimeoutMs === undefined ? {} : { bodyTimeoutMs },
  );
  t.after(() => transport.close());
  return { bodies, transport, pinned: () => pinned, begun: () => begun, port: await transport.listen(0) };
}

async function connect(t: TestContext, port: number): Promise<RawConnection> {
  const connection = await RawConnection.open(port);
  t.after(() => connection.destroy());
  return connection;
}

test('a body that never ends is answered 408, and the connection is closed', async (t) => {
  const { port, bodies } = await listen(t, 50);
  const connection = await connect(t, port);
  connection.write(`${requestHead('POST', '/post', { 'content-length': '10' })}12345`);
  const answer = await connection.answer();
  assert.equal(answer.status, 408);
  assert.equal(JSON.parse(answer.body).error.code, 'body_timeout');
  await connection.closed;
  assert.deepEqual(bodies, []);
});

test('a chunked body that never ends is answered 408', async (t) => {
  const { port, bodies } = await listen(t, 50);
  const connection = await connect(t, port);
  connection.write(`${requestHead('POST', '/post', { 'transfer-encoding': 'chunked' })}3\r\nabc\r\n`);
  assert.equal((await connection.answer()).status, 408);
  assert.deepEqual(bodies, []);
});

test('the time for a body is over with the body: a connection that lives on is not answered 408', async (t) => {
  const { port } = await listen(t, 50);
  const connection = await connect(t, port);
  connection.write(`${requestHead('POST', '/post', { 'content-length': '2' })}12`);
  assert.equal((await connection.answer()).status, 200);
  // A second stalled request on another connection shows that the time of the first is long over.
  const other = await connect(t, port);
  other.write(requestHead('POST', '/post', { 'content-length': '2' }));
  assert.equal((await other.answer()).status, 408);
  assert.equal(connection.unread, '');
  connection.write(requestHead('GET', '/get'));
  assert.equal((await connection.answer()).status, 200);
});

test('a body whose sender has gone leaves nothing, and its time does not run on', async (t) => {
  const { port, bodies, begun } = await listen(t, 50);
  const gone = await connect(t, port);
  gone.write(`${requestHead('POST', '/post', { 'content-length': '10' })}12345`);
  await until('the push to have begun', () => begun() === 1);
  gone.socket.resetAndDestroy();
  await gone.closed;
  // The time of the one that went has run out when that of a later one has; an answer to it would have ended the process.
  const other = await connect(t, port);
  other.write(requestHead('POST', '/post', { 'content-length': '2' }));
  assert.equal((await other.answer()).status, 408);
  assert.equal((await rawRequest(port, 'POST', '/post', { body: 'whole' })).status, 200);
  assert.deepEqual(bodies, ['whole']);
});

test('a body that comes byte by byte is put together', async (t) => {
  const { port, bodies } = await listen(t);
  const connection = await connect(t, port);
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
  const { port, pinned } = await listen(t);
  for (const method of ['GET', 'HEAD', 'GET', 'HEAD']) {
    assert.equal((await rawRequest(port, method, '/get')).status, 200);
    await until('the pin to be let go', () => pinned() === 0);
  }
});

test('a port that is taken is refused with its number', async (t) => {
  const { port } = await listen(t);
  const second: Transport = createUwsTransport(loadUws(), {
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
  const { port, transport } = await listen(t);
  const connection = await connect(t, port);
  connection.write(requestHead('GET', '/get'));
  await connection.answer();
  transport.close();
  await connection.closed;
  await assert.rejects(RawConnection.open(port), { code: 'ECONNREFUSED' });
});
