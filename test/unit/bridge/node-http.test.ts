import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertError } from '../../support/bridge-client.js';
import { connectTo, startStand } from '../../support/bridge-stand.js';
import { rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

/** Only what is specific to the node:http transport; transports*.test.ts cover what both transports share. */

const GET = requestHead('GET', '/get');

// uWebSockets.js sends its own 400 ahead of the answers that are still in its buffer.
test('a malformed request after valid ones is answered after them', async (t) => {
  const { port, bodies } = await startStand(t, 'node-http');
  const connection = await connectTo(t, port);
  const push = `${requestHead('POST', '/post', { 'content-length': '2' })}12`;
  connection.write(GET.repeat(3) + push + GET + requestHead('GET', '/get', { 'x ': 'y' }));
  for (let i = 0; i < 5; i++) assert.equal((await connection.answer()).status, 200);
  assert.deepEqual(bodies, ['12']);
  assertError(await connection.answer(), 400, 'bad_request');
  await connection.closed;
});

test('a push with a malformed chunk is 400, and no body is delivered', async (t) => {
  const { port, bodies } = await startStand(t, 'node-http');
  const connection = await connectTo(t, port);
  connection.write(`${requestHead('POST', '/post', { 'transfer-encoding': 'chunked' })}3\r\nabc\r\nxyz\r\n`);
  assertError(await connection.answer(), 400, 'bad_request');
  await connection.closed;
  assert.deepEqual(bodies, []);
});

test('above the connection limit, the least recently used is cut and the new one is served', async (t) => {
  const { port } = await startStand(t, 'node-http', { maxConnections: 3 });
  const ask = async (connection: Awaited<ReturnType<typeof connectTo>>) => {
    connection.write(GET);
    assert.equal((await connection.answer()).status, 200);
  };
  const silent = await connectTo(t, port);
  const first = await connectTo(t, port);
  await ask(first);
  const second = await connectTo(t, port);
  await ask(second);
  await ask(first);
  const third = await connectTo(t, port);
  await ask(third);
  await silent.closed;
  const fourth = await connectTo(t, port);
  await ask(fourth);
  await second.closed;
  for (const connection of [first, third, fourth]) await ask(connection);
});

test('a burst of hundreds of silent connections is cut down to the limit', async (t) => {
  const { port } = await startStand(t, 'node-http', { maxConnections: 10 });
  const all = await Promise.all(Array.from({ length: 300 }, () => connectTo(t, port)));
  const areOpen = (count: number) =>
    until(`${count} to be left`, () => all.filter(({ socket }) => !socket.destroyed).length === count);
  await areOpen(10);
  assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
  await areOpen(9);
});

test('an incomplete request head is answered 408, and the connection is closed', async (t) => {
  const { port, gets } = await startStand(t, 'node-http', { headTimeoutMs: 100 });
  const connection = await connectTo(t, port);
  connection.write('GET /get HTTP/1.1\r\nhost: 127.0.0.1\r\n');
  assertError(await connection.answer(), 408, 'request_timeout');
  await connection.closed;
  assert.equal(gets.acquired, 0);
  assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
});

test('refusing a body announced with Expect: 100-continue closes the connection', async (t) => {
  const { port } = await startStand(t, 'node-http');
  const connection = await connectTo(t, port);
  const expecting = { 'content-length': '2', expect: '100-continue' };
  connection.write(requestHead('POST', '/nowhere', expecting));
  const answer = await connection.answer();
  assertError(answer, 404, 'not_found');
  assert.equal(answer.headers['connection'], 'close');
  await connection.closed;
});
