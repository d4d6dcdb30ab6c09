import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { before, describe, test } from 'node:test';
import {
  assertCommonHeaders,
  assertError,
  fileCleanup,
  JSON_TYPE,
  startBridge,
  telemetryWhen,
} from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { RawConnection, rawRequest, requestHead } from '../support/raw-http.js';
import { telemetrySchema } from '../support/telemetry-schema.js';

onEachTransport((_, env) => {
  const cleanup = fileCleanup();
  let port = 0;

  before(async () => {
    ({ port } = await startBridge(cleanup, env));
    await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
  });

  describe('GET /telemetry', () => {
    test('has exactly the fields, types and ranges of the contract', async () => {
      const answer = await rawRequest(port, 'GET', '/telemetry');
      assert.equal(answer.status, 200);
      assertCommonHeaders(answer);
      const snapshot = telemetrySchema.parse(JSON.parse(answer.body));
      assert.equal(snapshot.identifier, hostname());
      assert.equal(snapshot.stale, undefined);
      for (const [name, value] of Object.entries(snapshot)) assert.notEqual(value, null, name);
    });

    test('names its fields in the order of the contract', async () => {
      const { body } = await rawRequest(port, 'GET', '/telemetry');
      assert.deepEqual(Object.keys(JSON.parse(body) as object), [
        'identifier',
        'sampled_at',
        'cpu_pct',
        'mem_pct',
        'disk_pct',
        'swap_pct',
        'load_avg',
        'uptime_seconds',
        'nginx_installed',
        'nginx_sites',
        'sampling',
        'cpu',
        'pressure',
      ]);
    });

    test('tells a newer sample as time goes on', async () => {
      const first = await telemetryWhen(port);
      const later = await telemetryWhen(port, ({ sampled_at }) => sampled_at > first.sampled_at);
      assert.ok(later.sampled_at > first.sampled_at);
    });

    test('is found with a query behind it, too', async () => {
      assert.equal((await rawRequest(port, 'GET', '/telemetry?now=1')).status, 200);
    });
  });

  describe('GET /health', () => {
    test('is 200 and ok when all is well', async () => {
      const answer = await rawRequest(port, 'GET', '/health');
      assert.equal(answer.status, 200);
      assertCommonHeaders(answer);
      const health = JSON.parse(answer.body) as Record<string, unknown>;
      assert.equal(health['status'], 'ok');
      assert.equal(health['monitor_version'], '0.1.0');
      assert.equal(health['identifier'], hostname());
      assert.deepEqual(health['problems'], []);
      assert.deepEqual(health['heartbeat'], { enabled: false });
      assert.equal(health['openclaw'], null);
    });
  });

  describe('HEAD', () => {
    for (const path of ['/telemetry', '/health']) {
      test(`${path} has GET's status and headers and no body, and the connection goes on`, async () => {
        const connection = await RawConnection.open(port);
        try {
          connection.write(requestHead('GET', path));
          const got = await connection.answer();
          for (let i = 0; i < 3; i++) {
            connection.write(requestHead('HEAD', path));
            const head = await connection.answer({ head: true });
            assert.equal(head.status, got.status);
            assertCommonHeaders(head);
            assert.deepEqual(Object.keys(head.headers).sort(), Object.keys(got.headers).sort());
            // The numbers inside move, and their length with them, by a few digits.
            const difference = Number(head.headers['content-length']) - Number(got.headers['content-length']);
            assert.ok(Math.abs(difference) < 40, `lengths differ by ${difference}`);
          }
          connection.write(requestHead('GET', path));
          const again = await connection.answer();
          assert.equal(again.status, 200);
          JSON.parse(again.body);
          assert.equal(connection.unread, '');
        } finally {
          connection.destroy();
        }
      });
    }

    for (const [path, status, headers] of [
      ['/nowhere', 404, {}],
      ['/openclaw', 405, {}],
      ['/telemetry', 421, { host: 'example.com' }],
      ['/health', 403, { origin: 'null' }],
    ] as const) {
      test(`${path} answered ${status} has no body either`, async () => {
        const connection = await RawConnection.open(port);
        try {
          connection.write(requestHead('HEAD', path, headers) + requestHead('GET', '/health'));
          const head = await connection.answer({ head: true });
          assert.equal(head.status, status);
          assertCommonHeaders(head);
          assert.equal((await connection.answer()).status, 200);
        } finally {
          connection.destroy();
        }
      });
    }
  });

  describe('paths and methods', () => {
    for (const path of [
      '/x',
      '/index.html',
      '/telemetry/',
      '/telemetry/x',
      '/Telemetry',
      '//telemetry',
      '/health.json',
      '/metrics/x',
    ]) {
      test(`${path} is 404`, async () => {
        assertError(await rawRequest(port, 'GET', path), 404, 'not_found');
      });
    }

    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      test(`${method} of a path that there is not is 404`, async () => {
        assertError(await rawRequest(port, method, '/x', { body: '' }), 404, 'not_found');
      });
    }

    for (const [path, allowed] of [
      ['/telemetry', 'GET, HEAD'],
      ['/health', 'GET, HEAD'],
      ['/metrics', 'GET, HEAD'],
      ['/openclaw', 'POST'],
    ] as const) {
      const others = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'BREW'];
      for (const method of others.filter((name) => !allowed.includes(name))) {
        test(`${method} ${path} is 405, and ${allowed} is allowed`, async () => {
          const answer = await rawRequest(port, method, path, { headers: JSON_TYPE, body: '{}' });
          const { message } = assertError(answer, 405, 'method_not_allowed');
          assert.equal(answer.headers['allow'], allowed);
          assert.ok(message.includes(allowed));
        });
      }
    }
  });
});
