import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertError } from '../../support/bridge-client.js';
import { connectTo, type Stand, startStand } from '../../support/bridge-stand.js';
import { onEachTransport } from '../../support/bridge-transports.js';
import { rawRequest } from '../../support/raw-http.js';

const HOST = 'host: 127.0.0.1\r\n';
const get = (more: string) => `GET /get HTTP/1.1\r\n${HOST}${more}\r\n`;
const post = (more: string) => `POST /post HTTP/1.1\r\n${HOST}${more}`;

/** An answer of the bridge with its code, or an HTML page that uWebSockets.js sends itself. */
type Expected = readonly [status: number, code: string | 'HTML'];

const BAD: Expected = [400, 'bad_request'];
const BAD_HTML: Expected = [400, 'HTML'];
const VERSION: Expected = [505, 'version_not_supported'];
const VERSION_HTML: Expected = [505, 'HTML'];
const TOO_LONG: Expected = [431, 'headers_too_large'];
const TOO_LONG_HTML: Expected = [431, 'HTML'];
const NOT_FOUND: Expected = [404, 'not_found'];

/** The answers of uWebSockets.js and of node:http; null: it waits for more bytes until its timeout. */
const BROKEN: Readonly<Record<string, readonly [bytes: string, uws: Expected | null, nodeHttp: Expected]>> = {
  'no Host': ['GET /get HTTP/1.1\r\n\r\n', BAD_HTML, BAD],
  'two Hosts': [get(HOST), BAD_HTML, BAD],
  'HTTP/1.0': [`GET /get HTTP/1.0\r\n${HOST}\r\n`, VERSION_HTML, VERSION],
  'HTTP/2.0': [`GET /get HTTP/2.0\r\n${HOST}\r\n`, VERSION_HTML, VERSION],
  'HTTP/0.9': ['GET /get\r\n\r\n', VERSION_HTML, VERSION],
  "the preface of HTTP/2's own": ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', VERSION_HTML, BAD],
  'an absolute target': [`GET http://127.0.0.1/get HTTP/1.1\r\n${HOST}\r\n`, VERSION_HTML, NOT_FOUND],
  CONNECT: [`CONNECT 127.0.0.1:80 HTTP/1.1\r\n${HOST}\r\n`, VERSION_HTML, NOT_FOUND],
  'OPTIONS *': [`OPTIONS * HTTP/1.1\r\n${HOST}\r\n`, VERSION_HTML, NOT_FOUND],
  'a target with a blank in it': [`GET /get x HTTP/1.1\r\n${HOST}\r\n`, VERSION_HTML, BAD],
  'no HTTP': ['hello\r\n\r\n', null, BAD],
  'a TLS greeting': ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n', VERSION_HTML, BAD],
  'a head of 9 kB': [get(`x: ${'y'.repeat(9_000)}\r\n`), TOO_LONG_HTML, TOO_LONG],
  'a head of 100 kB': [get(`x: ${'y'.repeat(100_000)}\r\n`), TOO_LONG_HTML, TOO_LONG],
  '101 headers': [get('a: b\r\n'.repeat(101)), TOO_LONG_HTML, TOO_LONG],
  'an Origin behind 3,000 headers': [get(`${'a:\r\n'.repeat(3_000)}origin: x\r\n`), TOO_LONG_HTML, TOO_LONG],
  'a header without a colon': [get('nocolon\r\n'), BAD_HTML, BAD],
  'a blank before the colon': [get('x : y\r\n'), BAD_HTML, BAD],
  'a folded header': [get('x: y\r\n z\r\n'), BAD_HTML, BAD],
  'a zero byte in a header': [get('x: a\0b\r\n'), BAD_HTML, BAD],
  'lines that end with LF alone': ['GET /get HTTP/1.1\nhost: 127.0.0.1\n\n', VERSION_HTML, VERSION],
  'a length below zero': [post('content-length: -1\r\n\r\n'), BAD_HTML, BAD],
  'a length with a sign': [post('content-length: +5\r\n\r\nabcde'), BAD_HTML, BAD],
  'a length of 20 digits': [post('content-length: 99999999999999999999\r\n\r\n'), BAD_HTML, BAD],
  'two lengths': [post('content-length: 5\r\ncontent-length: 6\r\n\r\nabcdef'), BAD, BAD],
  'the same length twice': [post('content-length: 5\r\ncontent-length: 5\r\n\r\nabcde'), BAD, BAD],
  'a list of lengths': [post('content-length: 5, 5\r\n\r\nabcde'), BAD_HTML, BAD],
  'both a length and chunks': [
    post('content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'),
    BAD_HTML,
    BAD,
  ],
  'a coding that is not chunked': [post('transfer-encoding: gzip\r\n\r\n0\r\n\r\n'), BAD, BAD],
  'a coding before chunked': [post('transfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n'), BAD, BAD],
  'two codings': [
    post('transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n\r\n0\r\n\r\n'),
    BAD,
    BAD,
  ],
  'a chunk without a length': [
    post('transfer-encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n'),
    BAD_HTML,
    BAD,
  ],
  'a chunk of 2^72 bytes': [
    post('transfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc'),
    BAD_HTML,
    BAD,
  ],
  'a chunk extension of 20 kB': [
    post(`transfer-encoding: chunked\r\n\r\n3;${'x'.repeat(20_000)}\r\nabc\r\n0\r\n\r\n`),
    BAD_HTML,
    BAD,
  ],
  'a method that there is not': [
    `BREW /get HTTP/1.1\r\n${HOST}\r\n`,
    [405, 'method_not_allowed'],
    [405, 'method_not_allowed'],
  ],
  'a method that there is not, on another path': [`BREW /x HTTP/1.1\r\n${HOST}\r\n`, NOT_FOUND, NOT_FOUND],
  'a method that there is not, for another Host': [
    'BREW /get HTTP/1.1\r\nhost: evil.example\r\n\r\n',
    [421, 'misdirected_request'],
    [421, 'misdirected_request'],
  ],
  'a path in percent signs': [`GET /%67et HTTP/1.1\r\n${HOST}\r\n`, NOT_FOUND, NOT_FOUND],
  'a path that goes up': [`GET /x/../get HTTP/1.1\r\n${HOST}\r\n`, NOT_FOUND, NOT_FOUND],
};

onEachTransport((transport) => {
  for (const [what, [bytes, uws, nodeHttp]] of Object.entries(BROKEN)) {
    const expected = transport === 'uws' ? uws : nodeHttp;
    test(`${what}: ${expected === null ? 'nothing yet' : expected.join(' ')}, and others are served`, async (t) => {
      const stand = await startStand(t, transport);
      const connection = await connectTo(t, stand.port);
      connection.socket.write(bytes, 'latin1');
      if (expected !== null) {
        const answer = await connection.answer();
        const [status, code] = expected;
        if (code === 'HTML') {
          assert.equal(answer.status, status);
          await connection.closed;
          assert.match(connection.unread, /^<h1>/);
        } else {
          assertError(answer, status, code);
        }
      }
      assert.equal((await rawRequest(stand.port, 'GET', '/get')).status, 200);
      assertNothingDone(stand);
    });
  }
});

/** Only the probe request at the end reached a route. */
function assertNothingDone({ gets, bodies, faults }: Stand): void {
  assert.equal(gets.acquired, 1);
  assert.deepEqual(bodies, []);
  assert.deepEqual(faults, []);
}
