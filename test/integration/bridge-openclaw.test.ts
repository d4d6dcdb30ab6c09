import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import {
  assertCommonHeaders,
  assertError,
  fileCleanup,
  JSON_TYPE,
  push,
  readHealth,
  startBridge,
  telemetryWhen,
} from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { type RawAnswer, RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { until } from '../support/until.js';

const PUSH = {
  version: 'OpenClaw 2026.3.13 (61d171a)',
  plugin_version: '0.2.0',
  agents: [{ id: 'main' }, 'ops'],
};

onEachTransport((transport, env) => {
  const cleanup = fileCleanup();
  let port = 0;
  before(async () => {
    ({ port } = await startBridge(cleanup, env));
    await telemetryWhen(port);
  });

  function assertAccepted(answer: RawAnswer): void {
    assert.equal(answer.status, 200, answer.body);
    assertCommonHeaders(answer);
    assert.equal(answer.body, '{"status":"ok"}');
  }

  async function withConnection<Result>(
    use: (connection: RawConnection) => Promise<Result>,
  ): Promise<Result> {
    const connection = await RawConnection.open(port);
    try {
      return await use(connection);
    } finally {
      connection.destroy();
    }
  }

  function chunk(bytes: Uint8Array): Buffer {
    return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);
  }

  describe('a push', () => {
    test('is accepted, and /health tells its versions and its age', async () => {
      assertAccepted(await push(port, PUSH));
      const { openclaw } = await readHealth(port);
      assert.equal(openclaw?.version, PUSH.version);
      assert.equal(openclaw.plugin_version, PUSH.plugin_version);
      assert.equal(typeof openclaw.age_seconds, 'number');
    });

    test('that is newer wins', async () => {
      assertAccepted(await push(port, PUSH));
      assertAccepted(await push(port, { version: 'newer', plugin_version: '9' }));
      assert.equal((await readHealth(port)).openclaw?.version, 'newer');
    });

    test('that is refused changes nothing', async () => {
      assertAccepted(await push(port, { version: 'kept', plugin_version: '1' }));
      assertError(await push(port, { version: 'lost' }), 400, 'invalid_body');
      assert.equal((await readHealth(port)).openclaw?.version, 'kept');
    });

    test('with every problem there is names every one', async () => {
      const { problems } = assertError(
        await push(port, { version: 1, plugin_version: '', agents: ['ok', 5, null] }),
        400,
        'invalid_body',
      );
      assert.deepEqual(
        problems?.map((problem) => problem.split(':')[0]),
        ['version', 'plugin_version', 'agents[1]', 'agents[2]'],
      );
    });

    test('of another content type is 415, and one in chunks with a charset is accepted', async () => {
      for (const type of [undefined, 'text/plain', 'application/json; charset=latin1'])
        assertError(
          await rawRequest(port, 'POST', '/openclaw', {
            headers: { 'content-type': type },
            body: JSON.stringify(PUSH),
          }),
          415,
          'unsupported_media_type',
        );
      await withConnection(async (connection) => {
        connection.write(
          requestHead('POST', '/openclaw', {
            'content-type': 'application/json; charset=utf-8',
            'transfer-encoding': 'chunked',
          }),
        );
        for (const byte of Buffer.from(JSON.stringify(PUSH))) {
          connection.write(chunk(Uint8Array.of(byte)));
          await new Promise(setImmediate);
        }
        connection.write('0\r\n\r\n');
        assertAccepted(await connection.answer());
      });
    });

    test('that is no JSON, or not UTF-8, is 400', async () => {
      for (const body of ['{', '', Uint8Array.of(0x22, 0xff, 0x22)])
        assertError(
          await rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body }),
          400,
          'invalid_json',
        );
    });

    test('with agents nested 30,000 deep is 400, and the next one is accepted', async () => {
      const deep = `{"a":${'['.repeat(30_000)}${']'.repeat(30_000)}}`;
      const body = `{"version":"x","plugin_version":"y","agents":[${deep}]}`;
      const answer = await rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body });
      assertError(answer, 400, 'invalid_body');
      assertAccepted(await push(port, PUSH));
    });
  });

  describe('the size of a push', () => {
    const padded = (bytes: number) => {
      const text = JSON.stringify(PUSH);
      return Buffer.from(text + ' '.repeat(bytes - text.length));
    };
    const sendChunked = async (connection: RawConnection, body: Buffer) => {
      connection.write(requestHead('POST', '/openclaw', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }));
      for (let at = 0; at < body.length; at += 16_384)
        connection.write(chunk(body.subarray(at, at + 16_384)));
      connection.write('0\r\n\r\n');
    };
    const sendWhole = async (connection: RawConnection, body: Buffer) => {
      connection.write(
        requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': String(body.length) }),
      );
      connection.write(body);
    };

    for (const [how, send] of [
      ['with a length', sendWhole],
      ['in chunks', sendChunked],
    ] as const) {
      test(`64 KiB ${how} are accepted`, () =>
        withConnection(async (connection) => {
          await send(connection, padded(65_536));
          assertAccepted(await connection.answer());
        }));

      // See the head of uws.ts.
      const goesOn = transport !== 'uws';
      for (const bytes of [65_537, 70_000, 5_000_000]) {
        test(`${bytes} bytes ${how} are 413, which the sender gets to read, and the connection ${goesOn ? 'goes on' : 'ends'}`, () =>
          withConnection(async (connection) => {
            await send(connection, padded(bytes));
            if (goesOn) connection.write(requestHead('GET', '/health'));
            assertError(await connection.answer(), 413, 'payload_too_large');
            if (goesOn) assert.equal((await connection.answer()).status, 200);
            else await connection.closed;
            assert.equal(connection.error, null);
          }));
      }
    }

    test('a length that is too large is 413 before any of the body is sent', () =>
      withConnection(async (connection) => {
        connection.write(requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': '65537' }));
        assertError(await connection.answer(), 413, 'payload_too_large');
      }));

    test('an endless body is 413 while it is still coming', () =>
      withConnection(async (connection) => {
        connection.write(requestHead('POST', '/openclaw', { ...JSON_TYPE, 'transfer-encoding': 'chunked' }));
        for (let i = 0; i < 5; i++) connection.write(chunk(Buffer.alloc(16_384, 32)));
        assertError(await connection.answer(), 413, 'payload_too_large');
      }));
  });

  describe('a push that is broken off', () => {
    test('leaves nothing, and the next one is accepted', async () => {
      assertAccepted(await push(port, { version: 'before', plugin_version: '1' }));
      const body = JSON.stringify({ version: 'broken off', plugin_version: '1' });
      const head = requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': String(body.length) });
      for (const end of ['destroy', 'resetAndDestroy', 'end'] as const) {
        const connection = await RawConnection.open(port);
        connection.write(head + body.slice(0, -1));
        await new Promise((resolve) => connection.socket.write('', resolve));
        connection.socket[end]();
        await connection.closed;
      }
      assert.equal((await readHealth(port)).openclaw?.version, 'before');
      assertAccepted(await push(port, { version: 'after', plugin_version: '1' }));
      assert.equal((await readHealth(port)).openclaw?.version, 'after');
    });

    test('a hundred of them at once leave the bridge as it was', async () => {
      const head = requestHead('POST', '/openclaw', { ...JSON_TYPE, 'content-length': '50000' });
      const all = await Promise.all(Array.from({ length: 100 }, () => RawConnection.open(port)));
      for (const connection of all) connection.write(head + '{"version":'.repeat(100));
      await until(
        'an answer in between',
        async () => (await rawRequest(port, 'GET', '/health')).status === 200,
      );
      for (const connection of all) connection.destroy();
      await Promise.all(all.map((connection) => connection.closed));
      assertAccepted(await push(port, PUSH));
    });
  });
});
