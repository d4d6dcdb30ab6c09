import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { HeartbeatClient } from '../../../workers/net/heartbeat-client.js';
import { type LoopbackServer, serveHttp } from '../../support/loopback-server.js';
import { ReferenceBackend } from '../../support/reference-backend.js';

const KEY = 'k3y-that-must-not-be-seen';
const PATH = '/monitor/server/heartbeat-v2';
const never = new AbortController().signal;

function clientOf(t: TestContext, url: string): HeartbeatClient {
  const client = new HeartbeatClient({
    url: `${url}${PATH}`,
    apiKey: KEY,
    userAgent: 'harborforge-monitor/0.1.0',
  });
  t.after(() => client.close());
  return client;
}

async function postTo(t: TestContext, answer: RequestListener) {
  const server = await serveHttp(t, answer);
  return { server, outcome: await clientOf(t, server.url).post('{}', never) };
}

function answering(status: number, headers: Record<string, string> = {}): RequestListener {
  return (request, response) => {
    request.resume().on('end', () => response.writeHead(status, headers).end('{"detail":"…"}'));
  };
}

describe('a heartbeat post', () => {
  it('carries the headers of the contract, and the body unchanged', async (t) => {
    const backend = await ReferenceBackend.start({ apiKey: KEY });
    t.after(() => backend.stop());
    const outcome = await clientOf(t, backend.url).post('{"identifier":"vps.t1 é"}', never);
    assert.deepEqual(outcome, { class: 'accepted', status: 200, detail: null, retryAfterMs: null });
    const [arrival] = backend.arrivals;
    assert.equal(arrival?.method, 'POST');
    assert.equal(arrival.path, PATH);
    assert.equal(arrival.body, '{"identifier":"vps.t1 é"}');
    assert.deepEqual(arrival.headers, {
      host: `127.0.0.1:${backend.port}`,
      connection: 'keep-alive',
      'x-api-key': KEY,
      'content-type': 'application/json',
      'user-agent': 'harborforge-monitor/0.1.0',
      'content-length': '26',
    });
  });

  it('reuses one connection for all posts', async (t) => {
    const server = await serveHttp(t, answering(200));
    const client = clientOf(t, server.url);
    for (let beat = 0; beat < 5; beat++) await client.post('{}', never);
    assert.equal(server.requests, 5);
    assert.equal(server.connections, 1);
  });

  it('carries a new key after setApiKey, which returns whether it changed', async (t) => {
    const keys: unknown[] = [];
    const server = await serveHttp(t, (request, response) => {
      keys.push(request.headers['x-api-key']);
      answering(200)(request, response);
    });
    const client = clientOf(t, server.url);
    assert.equal(client.setApiKey(KEY), false);
    await client.post('{}', never);
    assert.equal(client.setApiKey('another'), true);
    await client.post('{}', never);
    assert.deepEqual(keys, [KEY, 'another']);
  });

  it('leaves nothing behind on a long-lived stop signal', async (t) => {
    const server = await serveHttp(t, answering(200));
    const client = clientOf(t, server.url);
    const stop = new AbortController().signal;
    for (let beat = 0; beat < 50; beat++) await client.post('{}', stop);
    assert.equal(getEventListeners(stop, 'abort').length, 0);
    // AbortSignal.any leaves a set of dependent signals on this one, which Node 20 never empties.
    const symbols = Object.getOwnPropertySymbols(stop);
    const dependants = symbols.find((symbol) => symbol.description === 'kDependantSignals');
    const set =
      dependants === undefined ? null : (stop as unknown as Record<symbol, Set<unknown> | null>)[dependants];
    assert.equal(set?.size ?? 0, 0);
  });
});

describe('the answer to a heartbeat', () => {
  for (const [status, beatClass] of [
    [200, 'accepted'],
    [201, 'accepted'],
    [204, 'accepted'],
    [300, 'rejected'],
    [400, 'rejected'],
    [404, 'rejected'],
    [409, 'rejected'],
    [413, 'rejected'],
    [422, 'rejected'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [429, 'throttled'],
    [500, 'server_error'],
    [502, 'server_error'],
    [503, 'server_error'],
    [504, 'server_error'],
    [599, 'server_error'],
  ] as const) {
    it(`${status} means ${beatClass}`, async (t) => {
      const { outcome } = await postTo(t, answering(status));
      assert.equal(outcome.class, beatClass);
      assert.equal(outcome.status, status);
      assert.equal(outcome.retryAfterMs, null);
      if (beatClass === 'accepted') assert.equal(outcome.detail, null);
      else assert.ok(outcome.detail?.startsWith(`HTTP ${status}`), String(outcome.detail));
    });
  }

  for (const status of [301, 302, 303, 307, 308]) {
    it(`${status} is not followed, and the detail says so`, async (t) => {
      const elsewhere: LoopbackServer = await serveHttp(t, answering(200));
      const { server, outcome } = await postTo(t, answering(status, { location: `${elsewhere.url}/` }));
      assert.equal(outcome.class, 'rejected');
      assert.equal(outcome.detail, `HTTP ${status}, and redirects are not followed`);
      assert.equal(server.requests, 1);
      assert.equal(elsewhere.connections, 0);
    });
  }

  it('may have a Retry-After in seconds', async (t) => {
    const { outcome } = await postTo(t, answering(429, { 'retry-after': '120' }));
    assert.equal(outcome.retryAfterMs, 120_000);
  });

  it('may have a Retry-After date, relative to its own Date', async (t) => {
    const headers = {
      date: 'Sun, 22 Mar 2020 12:00:00 GMT',
      'retry-after': 'Sun, 22 Mar 2020 12:00:45 GMT',
    };
    const { outcome } = await postTo(t, answering(503, headers));
    assert.deepEqual([outcome.class, outcome.retryAfterMs], ['server_error', 45_000]);
  });

  it('may have a malformed Retry-After, which is ignored', async (t) => {
    const { outcome } = await postTo(t, answering(503, { 'retry-after': 'soon' }));
    assert.equal(outcome.retryAfterMs, null);
  });

  it('has neither text of the backend nor the key in its detail', async (t) => {
    const { outcome } = await postTo(t, (request, response) => {
      response.writeHead(400, { 'x-echo': KEY }).end(String(request.headers['x-api-key']));
    });
    assert.equal(outcome.detail, 'HTTP 400');
  });
});
