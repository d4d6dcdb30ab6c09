import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { assertError, fileCleanup, JSON_TYPE, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { missing } from '../support/load.js';
import { RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { telemetrySchema } from '../support/telemetry-schema.js';

onEachTransport((_, env) => {
  const cleanup = fileCleanup();
  let port = 0;
  before(async () => {
    ({ port } = await startBridge(cleanup, env));
    await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
  });

  describe('Host and Origin, on all paths', () => {
    for (const [method, path] of [
      ['GET', '/telemetry'],
      ['GET', '/health'],
      ['POST', '/openclaw'],
      ['DELETE', '/health'],
      ['OPTIONS', '/telemetry'],
      ['GET', '/nowhere'],
    ] as const) {
      const body = method === 'POST' ? '{"version":"x","plugin_version":"y"}' : undefined;
      const ask = (headers: Record<string, string>) =>
        rawRequest(port, method, path, {
          headers: { ...JSON_TYPE, ...headers },
          ...(body === undefined ? {} : { body }),
        });
      test(`${method} ${path} for another Host is 421`, async () => {
        assertError(await ask({ host: 'rebound.example.com' }), 421, 'misdirected_request');
      });
      test(`${method} ${path} with an Origin is 403, also with null`, async () => {
        assertError(await ask({ origin: 'https://example.com' }), 403, 'origin_forbidden');
        assertError(await ask({ origin: 'null' }), 403, 'origin_forbidden');
      });
    }

    for (const host of ['localhost', '[::1]:9', '127.0.0.1:1']) {
      test(`Host ${host} is served`, async () => {
        assert.equal((await rawRequest(port, 'GET', '/health', { headers: { host } })).status, 200);
      });
    }

    test('an empty Host is 421', async () => {
      assertError(
        await rawRequest(port, 'GET', '/health', { headers: { host: '' } }),
        421,
        'misdirected_request',
      );
    });

    for (const [what, head] of [
      ['no Host', 'GET /telemetry HTTP/1.1\r\n\r\n'],
      [
        'two Hosts, the first good',
        'GET /telemetry HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: example.com\r\n\r\n',
      ],
      [
        'two Hosts, the second good',
        'GET /telemetry HTTP/1.1\r\nhost: example.com\r\nhost: 127.0.0.1\r\n\r\n',
      ],
    ] as const) {
      test(`a request with ${what} is refused by the transport itself`, async () => {
        const connection = await RawConnection.open(port);
        try {
          connection.write(head);
          assert.equal((await connection.answer()).status, 400);
          await connection.closed;
          assert.ok(!connection.unread.includes('cpu_pct'));
        } finally {
          connection.destroy();
        }
      });
    }
  });

  describe('connections', () => {
    test('pipelined requests are answered in their order', async () => {
      const connection = await RawConnection.open(port);
      try {
        const paths = ['/health', '/telemetry', '/x', '/health', '/openclaw', '/telemetry'];
        connection.write(paths.map((path) => requestHead('GET', path)).join(''));
        const statuses: number[] = [];
        for (const _ of paths) statuses.push((await connection.answer()).status);
        assert.deepEqual(statuses, [200, 200, 404, 200, 405, 200]);
        assert.equal(connection.unread, '');
      } finally {
        connection.destroy();
      }
    });

    test('200 requests go over one connection, each with a whole snapshot', async () => {
      const connection = await RawConnection.open(port);
      try {
        for (let i = 0; i < 200; i++) {
          connection.write(requestHead('GET', '/telemetry'));
          const answer = await connection.answer();
          assert.equal(answer.status, 200);
          telemetrySchema.parse(JSON.parse(answer.body));
        }
      } finally {
        connection.destroy();
      }
    });

    test('a request that comes byte by byte is answered', async () => {
      const connection = await RawConnection.open(port);
      try {
        for (const character of requestHead('GET', '/telemetry')) {
          connection.write(character);
          await new Promise(setImmediate);
        }
        assert.equal((await connection.answer()).status, 200);
      } finally {
        connection.destroy();
      }
    });

    for (const [what, bytes] of [
      ['no HTTP', 'hello\r\n\r\n'],
      ['a TLS greeting', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
      ['a head of 100 kB', `GET / HTTP/1.1\r\nhost: 127.0.0.1\r\nx: ${'x'.repeat(100_000)}\r\n\r\n`],
      [
        'a length that is no number',
        'POST /openclaw HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n',
      ],
      [
        'both a length and chunks',
        'POST /openclaw HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      ],
    ] as const) {
      test(`${what} harms nobody else`, async () => {
        const connection = await RawConnection.open(port);
        connection.socket.end(bytes, 'latin1');
        await connection.closed;
        assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
      });
    }
  });

  test('a daemon that has no file descriptor left still answers', {
    skip: missing('prlimit', '--version'),
  }, async (t) => {
    const { daemon, port: ownPort } = await startBridge(t, env);
    const pid = daemon.child.pid ?? 0;
    await telemetryWhen(ownPort, ({ disk_pct }) => disk_pct !== null);
    const connection = await RawConnection.open(ownPort);
    t.after(() => connection.destroy());
    connection.write(requestHead('GET', '/health'));
    await connection.answer();
    execFileSync('prlimit', [`--pid=${pid}`, '--nofile=10:10']);
    for (const path of ['/health', '/telemetry']) {
      connection.write(requestHead('GET', path));
      const answer = await connection.answer();
      assert.equal(answer.status, 200);
      JSON.parse(answer.body);
    }
    assert.equal(await daemon.stop(), 0);
  });
});
