import assert from 'node:assert/strict';
import { test } from 'node:test';
import { okAnswer } from '../../../src/bridge/answer.js';
import { Faults } from '../../../src/bridge/faults.js';
import { createGuard } from '../../../src/bridge/guard.js';
import { createRoutes, NOT_FOUND } from '../../../src/bridge/routes.js';
import { Conditions } from '../../../src/conditions.js';
import type { Logger } from '../../../src/log.js';

const HEADERS: Readonly<Record<string, string>> = { host: 'localhost', 'content-type': 'application/json' };
const REQUEST = { getHeader: (name: string) => HEADERS[name] ?? '', getQuery: () => '' };
const PUSH = Buffer.from('{"version":"x","plugin_version":"y"}');

/** Routes whose handlers all throw while `broken` is set. */
function setUp() {
  const said: string[] = [];
  const say = (_: object, text: string): void => void said.push(text);
  const state: { broken: string | null; nowMs: number; pushMs: number; released: number } = {
    broken: null,
    nowMs: 0,
    pushMs: 0,
    released: 0,
  };
  const log = { info: say, warn: say, error: say } as unknown as Logger;
  const conditions = new Conditions(log, () => state.nowMs);
  const fail = (): void => {
    if (state.broken !== null) throw new Error(state.broken);
  };
  const guard = createGuard(null);
  const routes = createRoutes({
    guard: (request) => {
      fail();
      return guard(request);
    },
    telemetry: {
      acquire: () => {
        fail();
        return okAnswer('{}');
      },
      release: () => {
        state.released++;
      },
    },
    health: () => {
      fail();
      return okAnswer('{}');
    },
    metrics: () => {
      fail();
      return okAnswer('{}');
    },
    history: () => {
      fail();
      return okAnswer('{}');
    },
    pushed: () => {
      fail();
      state.nowMs += state.pushMs;
    },
    faults: new Faults({ conditions, monoMs: () => state.nowMs }),
    monoMs: () => state.nowMs,
  });
  return { said, conditions, state, routes };
}

test('an exception in a route is answered 500 and does not escape', () => {
  const { state, routes } = setUp();
  state.broken = 'out of luck';
  const answers = [
    routes.guard(REQUEST),
    routes.gets['/telemetry']?.acquire(REQUEST),
    routes.gets['/health']?.acquire(REQUEST),
    routes.gets['/metrics']?.acquire(REQUEST),
    routes.gets['/history']?.acquire(REQUEST),
    routes.posts['/openclaw']?.answer(PUSH),
  ];
  for (const answer of answers) {
    assert.equal(answer?.status, '500 Internal Server Error');
    assert.equal(JSON.parse(String(answer.body)).error.code, 'internal_error');
    assert.ok(!String(answer.body).includes('luck'));
  }
  routes.gets['/telemetry']?.release();
  assert.equal(state.released, 1);
  state.broken = null;
  assert.equal(routes.guard(REQUEST), null);
  assert.equal(routes.gets['/telemetry']?.acquire(REQUEST).status, '200 OK');
  assert.equal(routes.posts['/openclaw']?.refuse(REQUEST), null);
  assert.equal(routes.posts['/openclaw']?.answer(PUSH).status, '200 OK');
});

test('faults are logged once, and resolved after a minute without any', () => {
  const { said, conditions, state, routes } = setUp();
  const health = () => routes.gets['/health']?.acquire(REQUEST);
  for (state.broken of ['first', 'second', 'third']) for (let i = 0; i < 100; i++) health();
  routes.failed(new Error('the transport, too'));
  assert.deepEqual(said, ['the bridge failed to answer a request: first']);
  assert.deepEqual(conditions.list(), said);
  state.broken = null;
  state.nowMs = 59_999;
  health();
  assert.equal(conditions.list().length, 1);
  state.nowMs = 60_000;
  health();
  assert.deepEqual(conditions.list(), []);
  assert.equal(said.length, 2);
  state.broken = 'again';
  health();
  assert.deepEqual(conditions.list(), ['the bridge failed to answer a request: again']);
});

test('the 404 body lists every path', () => {
  const { routes } = setUp();
  const told = String(NOT_FOUND.body).split(/[ ,"]+/);
  for (const path of ['/', ...Object.keys(routes.gets), ...Object.keys(routes.posts)])
    assert.ok(told.includes(path), path);
});

test('pushes may take half a second in a burst and half of the time overall; the next is 503', () => {
  const { routes, state } = setUp();
  state.pushMs = 10;
  const body = Buffer.from('{"version":"1","plugin_version":"1"}');
  const push = () => routes.posts['/openclaw']!.answer(body);
  const acceptedNow = (): number => {
    let accepted = 0;
    while (push().status === '200 OK') accepted++;
    return accepted;
  };
  assert.equal(acceptedNow(), 50);
  const busy = push();
  assert.equal(busy.status, '503 Service Unavailable');
  assert.deepEqual(busy.headers, [['retry-after', '1']]);
  assert.match(String(busy.body), /"push_busy"/);
  state.nowMs += 100;
  assert.equal(acceptedNow(), 10);
});
