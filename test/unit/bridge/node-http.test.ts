import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertError } from '../../support/bridge-client.js';
import { connectTo, startStand } from '../../support/bridge-stand.js';
import { rawRequest, requestHead } from '../../support/raw-http.js';
import { until } from '../../support/until.js';

/** What is the node:http transport's alone; all that it has in common with the other is in transports*.test.ts. */

const GET = requestHead('GET', '/get');

// uWebSockets.js sends its own 400 past the answers that are still in its buffer.
test('what is broken behind good requests is answered behind their answers', async (t) => {
  const { port, bodies } = await startStand(t, 'node-http');
  const connection = await connectTo(t, port);
  const push = `${requestHead('POST', '/post', { 'content-length': '2' })}12`;
  connection.write(GET.repeat(3) + push + GET + requestHead('GET', '/get', { 'x ': 'y' }));
  for (let i = 0; i < 5; i++) assert.equal((await connection.answer()).status, 200);
  assert.deepEqual(bodies, ['12']);
  assertError(await connection.answer(), 400, 'bad_request');
  await connection.closed;
});

test('a push that breaks off into something else is 400, and nothing of it is taken', async (t) => {
  const { port, bodies } = await startStand(t, 'node-http');
  const connection = await connectTo(t, port);
  connection.write(`${requestHead('POST', '/post', { 'transfer-encoding': 'chunked' })}3\r\nabc\r\nxyz\r\n`);
  assertError(await connection.answer(), 400, 'bad_request');
  await connection.closed;
  assert.deepEqual(bodies, []);
});

test('when there are too many connections, the one that asked longest ago is cut, and the new one served', async (t) => {
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

test('hundreds of connections that come in one go and stay silent are cut down to as many as there may be', async (t) => {
  const { port } = await startStand(t, 'node-http', { maxConnections: 10 });
  const all = await Promise.all(Array.from({ length: 300 }, () => connectTo(t, port)));
  const areOpen = (count: number) =>
    until(`${count} to be left`, () => all.filter(({ socket }) => !socket.destroyed).length === count);
  await areOpen(10);
  assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
  await areOpen(9);
});

test('a head that does not come to its end is 408, and the connection is closed', async (t) => {
  const { port, gets } = await startStand(t, 'node-http', { headTimeoutMs: 100 });
  const connection = await connectTo(t, port);
  connection.write('GET /get HTTP/1.1\r\nhost: 127.0.0.1\r\n');
  assertError(await connection.answer(), 408, 'request_timeout');
  await connection.closed;
  assert.equal(gets.acquired, 0);
  assert.equal((await rawRequest(port, 'GET', '/get')).status, 200);
});

test('a body that is held back until it is wanted, and is not, ends the connection', async (t) => {
  const { port } = await startStand(t, 'node-http');
  const connection = await connectTo(t, port);
  const expecting = { 'content-length': '2', expect: '100-continue' };
  connection.write(requestHead('POST', '/nowhere', expecting));
  const answer = await connection.answer();
  assertError(answer, 404, 'not_found');
  assert.equal(answer.headers['connection'], 'close');
  await connection.closed;
});
