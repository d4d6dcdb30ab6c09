import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectTo, type Stand, startStand } from '../../support/bridge-stand.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { rawRequest } from '../../support/raw-http.js';

const HOST = 'host: 127.0.0.1\r\n';
const CHUNKED = 'transfer-encoding: chunked\r\n';
/** A proxy that finds the end of the first request elsewhere would treat this as part of its body. */
const HIDDEN = `POST /post HTTP/1.1\r\n${HOST}content-length: 6\r\n\r\nhidden`;
const SIZE = HIDDEN.length;

/** Headers that leave the end of a request ambiguous or undefined, and the body sent with them. */
const UNCLEAR: Readonly<Record<string, readonly [headers: string, body?: string]>> = {
  'a length and chunks': [`content-length: 5\r\n${CHUNKED}`, '0\r\n\r\n'],
  'chunks and a length': [`${CHUNKED}content-length: 5\r\n`, '0\r\n\r\n'],
  'no length and a length': [`content-length:\r\ncontent-length: ${SIZE}\r\n`],
  'two lengths, the first shorter': [`content-length: 0\r\ncontent-length: ${SIZE}\r\n`],
  'two lengths, the same': ['content-length: 0\r\ncontent-length: 0\r\n'],
  'a list of lengths': ['content-length: 0, 0\r\n'],
  'a length in hexadecimal digits': ['content-length: 0x0\r\n'],
  'a length with a plus': ['content-length: +0\r\n'],
  'a length with a minus': ['content-length: -0\r\n'],
  'a length with a blank in it': [`content-length: 0 ${SIZE}\r\n`],
  'a length with a point': ['content-length: 0.0\r\n'],
  'a length behind a vertical tab': ['content-length: \x0b0\r\n'],
  'a length behind a no-break space': ['content-length: \xa00\r\n'],
  'a length before bytes that are no ASCII': ['content-length: 0\x85\xff\r\n'],
  'a length that is only bytes that are no ASCII': ['content-length: \xa0\r\n'],
  'a coding between no-break spaces': ['transfer-encoding: \xa0chunked\xa0\r\n', '0\r\n\r\n'],
  'a length of 2^64 more': ['content-length: 18446744073709551616\r\n'],
  'an empty length': ['content-length:\r\n'],
  'a blank before the colon of a length': [`content-length : 0\r\n`],
  'a folded length': [`content-length:\r\n 0\r\n`],
  'a length behind a bare LF': [`x: y\ncontent-length: 0\r\n`],
  'a length behind a bare CR': [`x: y\rcontent-length: 0\r\n`],
  'an empty coding': ['transfer-encoding:\r\n'],
  'an empty coding and a length': ['transfer-encoding:\r\ncontent-length: 0\r\n'],
  'the coding identity': ['transfer-encoding: identity\r\n', '0\r\n\r\n'],
  'chunked, identity': ['transfer-encoding: chunked, identity\r\n', '0\r\n\r\n'],
  'identity, chunked': ['transfer-encoding: identity, chunked\r\n', '0\r\n\r\n'],
  'chunked twice in a list': ['transfer-encoding: chunked, chunked\r\n', '0\r\n\r\n'],
  'two codings': [`${CHUNKED}transfer-encoding: identity\r\n`, '0\r\n\r\n'],
  'chunked twice': [`${CHUNKED}${CHUNKED}`, '0\r\n\r\n'],
  'a coding that only resembles chunked': ['transfer-encoding: xchunked\r\n', '0\r\n\r\n'],
  'chunked in quotes': ['transfer-encoding: "chunked"\r\n', '0\r\n\r\n'],
  'chunked with a parameter': ['transfer-encoding: chunked;q=1\r\n', '0\r\n\r\n'],
  'chunked behind a vertical tab': ['transfer-encoding: \x0bchunked\r\n', '0\r\n\r\n'],
  'a blank before the colon of a coding': ['transfer-encoding : chunked\r\n', '0\r\n\r\n'],
  'a tab before the colon of a coding': ['transfer-encoding\t: chunked\r\n', '0\r\n\r\n'],
  'a folded coding': ['transfer-encoding:\r\n chunked\r\n', '0\r\n\r\n'],
  'chunks that end their lines with LF': [CHUNKED, '3\nabc\n0\n\n'],
  'a chunk that ends with LF': [CHUNKED, '3\r\nabc\n0\r\n\r\n'],
  'a chunk without an end': [CHUNKED, '3\r\nabc0\r\n\r\n'],
  'a chunk with something else for an end': [CHUNKED, '3\r\nabcXX0\r\n\r\n'],
  'a chunk that is longer than it says': [CHUNKED, '2\r\nabc\r\n0\r\n\r\n'],
  'a chunk that is shorter than it says': [CHUNKED, '5\r\nabc\r\n0\r\n\r\n'],
  'a chunk extension with a bare LF': [CHUNKED, '3;\nabc\r\n0\r\n\r\n'],
  'a chunk extension with quotes round the end of the line': [CHUNKED, '3;a="\r\n"\r\nabc\r\n0\r\n\r\n'],
  'a blank behind the length of a chunk': [CHUNKED, '3 \r\nabc\r\n0\r\n\r\n'],
  'a blank before the length of a chunk': [CHUNKED, ' 3\r\nabc\r\n0\r\n\r\n'],
  'a chunk of 0x3': [CHUNKED, '0x3\r\nabc\r\n0\r\n\r\n'],
  'a chunk of +3': [CHUNKED, '+3\r\nabc\r\n0\r\n\r\n'],
  'a chunk of -1': [CHUNKED, '-1\r\nabc\r\n0\r\n\r\n'],
  'a chunk of 2^64 + 3': [CHUNKED, '10000000000000003\r\nabc\r\n0\r\n\r\n'],
  'a request in place of the trailers': [CHUNKED, '3\r\nabc\r\n0\r\n'],
};

onEachTransport((transport) => {
  for (const [what, [headers, body = '']] of Object.entries(UNCLEAR)) {
    test(`${what}: a request hidden behind it is never served`, async (t) => {
      const stand = await startStand(t, transport);
      for (const line of ['POST /post', 'GET /get', 'HEAD /get', 'DELETE /get', 'POST /nowhere']) {
        const connection = await connectTo(t, stand.port);
        connection.socket.end(`${line} HTTP/1.1\r\n${HOST}${headers}\r\n${body}${HIDDEN}`, 'latin1');
        await connection.closed;
        assert.ok(countServed(connection.unread) <= 1, `${line}: ${connection.unread}`);
      }
      assertNothingHidden(stand);
      assert.equal((await rawRequest(stand.port, 'POST', '/post', { body: 'open' })).status, 200);
    });
  }

  for (const [what, headers, bytes] of [
    ['a length', `content-length: ${SIZE}\r\n`, HIDDEN],
    ['chunks', CHUNKED, `${SIZE.toString(16)}\r\n${HIDDEN}\r\n0\r\n\r\n`],
  ] as const) {
    test(`a request inside a body with ${what} stays a body, for every method and path`, async (t) => {
      const stand = await startStand(t, transport);
      for (const line of ['GET /get', 'HEAD /get', 'DELETE /get', 'POST /nowhere', 'OPTIONS /post']) {
        const connection = await connectTo(t, stand.port);
        connection.socket.end(`${line} HTTP/1.1\r\n${HOST}${headers}\r\n${bytes}`);
        await connection.closed;
        assert.ok(countServed(connection.unread) <= 1, `${line}: ${connection.unread}`);
      }
      assert.deepEqual(stand.bodies, []);
      const body = HIDDEN;
      assert.equal((await rawRequest(stand.port, 'POST', '/post', { body })).status, 200);
      assert.deepEqual(stand.bodies, [HIDDEN]);
    });
  }
});

/** The number of 2xx answers. */
function countServed(text: string): number {
  return text.match(/HTTP\/1\.1 2\d\d /g)?.length ?? 0;
}

function assertNothingHidden({ bodies, faults }: Stand): void {
  assert.deepEqual(
    bodies.filter((body) => body.startsWith('hidden')),
    [],
  );
  assert.deepEqual(faults, []);
}
