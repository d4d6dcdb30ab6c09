import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { assertCommonHeaders, assertError, fileCleanup, startBridge } from '../support/bridge-client.js';
import { onEachTransport } from '../support/bridge-transports.js';
import { temporaryFolder } from '../support/fixtures.js';
import { type HistoryBody, historySchema } from '../support/history-schema.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';

/** Rows as close together as they come. */
const FAST = { MONITOR_SAMPLE_INTERVAL_MS: '10', MONITOR_CPU_BUDGET_PCT: '100', MONITOR_HISTORY_SEC: '60' };

async function readHistory(port: number, query = ''): Promise<HistoryBody> {
  const answer = await rawRequest(port, 'GET', `/history${query}`);
  assert.equal(answer.status, 200, answer.body);
  assertCommonHeaders(answer);
  return historySchema.parse(JSON.parse(answer.body));
}

onEachTransport((_, env) => {
  const cleanup = fileCleanup();
  let port = 0;

  before(async () => {
    ({ port } = await startBridge(cleanup, { ...env, ...FAST }));
    await until('a second of history', async () => (await readHistory(port)).rows > 130);
  });

  test('each sample is a point as long as they are few enough', async () => {
    const history = await readHistory(port, '?points=5000&seconds=30');
    assert.equal(history.identifier, hostname());
    assert.deepEqual([history.seconds, history.interval_ms, history.step_ms], [30, 10, 10]);
    assert.equal(history.time_ms.length, history.rows);
    assert.deepEqual(history.mean, history.max);
    assert.ok(history.now_ms >= history.time_ms.at(-1)!);
    for (const [i, timeMs] of history.time_ms.entries())
      if (i > 0) assert.ok(timeMs >= history.time_ms[i - 1]!);
    for (const name of ['cpu_pct', 'mem_pct', 'swap_pct', 'load_1'] as const)
      assert.notEqual(history.mean[name].at(-1), null, name);
  });

  test('fewer points have every peak, and the same one whoever asks', async () => {
    const { step_ms, rows, time_ms } = await readHistory(port, '?seconds=30&points=61');
    assert.equal(step_ms, 500);
    assert.ok(time_ms.length < rows);
    // The second point is whole and does not change any more.
    const fine = await readHistory(port, '?seconds=30&points=5000');
    const [one, two] = [
      await readHistory(port, '?seconds=30&points=61'),
      await readHistory(port, '?seconds=30&points=61'),
    ];
    const [first, second] = one.time_ms;
    const peaks = fine.max.cpu_pct.filter(
      (value, i) => value !== null && fine.time_ms[i]! > first! && fine.time_ms[i]! <= second!,
    );
    assert.equal(one.max.cpu_pct[1], Math.max(...(peaks as number[])));
    for (const what of ['mean', 'max'] as const) assert.equal(two[what].cpu_pct[1], one[what].cpu_pct[1]);
    const single = await readHistory(port, '?points=1');
    assert.equal(single.time_ms.length, 1);
    assert.ok(single.max.cpu_pct[0]! >= one.max.cpu_pct[1]!);
  });

  test('what was asked for in a way that there is not is refused, all of it at once', async () => {
    const answer = await rawRequest(port, 'GET', '/history?points=x&seconds=61&seconds=1&since=5');
    assert.deepEqual(assertError(answer, 400, 'invalid_query').problems, [
      'points: expected a whole number from 1 to 5000, got "x"',
      'seconds: expected once, got 2 of it',
      '"since": expected seconds or points',
    ]);
    const far = await rawRequest(port, 'GET', '/history?seconds=61');
    assert.deepEqual(assertError(far, 400, 'invalid_query').problems, [
      'seconds: expected a whole number from 1 to 60, got "61"',
    ]);
  });

  test('HEAD has the head alone, other methods are refused, and strangers are kept out', async () => {
    const head = await rawRequest(port, 'HEAD', '/history?points=100');
    assert.deepEqual([head.status, head.body], [200, '']);
    assert.ok(Number(head.headers['content-length']) > 500);
    assertError(await rawRequest(port, 'GET', '/history?points=0'), 400, 'invalid_query');
    assert.equal((await rawRequest(port, 'HEAD', '/history?points=0')).status, 400);
    const put = await rawRequest(port, 'PUT', '/history?points=0');
    assertError(put, 405, 'method_not_allowed');
    assert.equal(put.headers['allow'], 'GET, HEAD');
    for (const [headers, status, code] of [
      [{ host: 'evil.example' }, 421, 'misdirected_request'],
      [{ origin: 'http://127.0.0.1' }, 403, 'origin_forbidden'],
      [{ 'sec-fetch-site': 'cross-site' }, 403, 'origin_forbidden'],
    ] as const)
      assertError(await rawRequest(port, 'GET', '/history?points=0', { headers }), status, code);
    assertError(await rawRequest(port, 'GET', '/history/'), 404, 'not_found');
  });

  test('with a token it is for who brings it, and where nothing is kept that is said', async (t) => {
    const path = join(temporaryFolder(t), 'token');
    writeFileSync(path, 'a-token-of-history-0123456789', { mode: 0o600 });
    const off = { MONITOR_HISTORY_SEC: '0', MONITOR_BRIDGE_TOKEN_FILE: path };
    const own = await startBridge(t, { ...env, ...off });
    assertError(await rawRequest(own.port, 'GET', '/history'), 401, 'unauthorized');
    const headers = { authorization: 'Bearer a-token-of-history-0123456789' };
    const { message } = assertError(
      await rawRequest(own.port, 'GET', '/history?points=x', { headers }),
      404,
      'history_off',
    );
    assert.match(message, /MONITOR_HISTORY_SEC/);
  });
});

describe('a daemon that stands still for a while', () => {
  test('has a gap there, without values, and goes on behind it', async (t) => {
    const { daemon, port } = await startBridge(t, FAST);
    await until('some history', async () => (await readHistory(port)).rows > 50);
    daemon.child.kill('SIGSTOP');
    // Longer than a sample may be old.
    await delay(2_300);
    daemon.child.kill('SIGCONT');
    const { time_ms, mean, from, to } = await until('samples behind the gap', async () => {
      const history = await readHistory(port, '?seconds=60&points=5000');
      const memory = history.mean.mem_pct;
      const first = memory.findIndex((value) => value !== null);
      const from = memory.indexOf(null, first);
      const to = memory.findIndex((value, i) => from >= 0 && i > from && value !== null);
      return to > 0 && { ...history, from, to };
    });
    for (const values of Object.values(mean))
      assert.ok(values.slice(from, to).every((value) => value === null));
    assert.ok(time_ms[to]! - time_ms[from - 1]! > 2_000);
    assert.ok(time_ms[from]! > time_ms[from - 1]! && time_ms[to]! > time_ms[to - 1]!);
    // In steps of half a second there are at least three without anything.
    const steps = await readHistory(port, '?seconds=60&points=121');
    assert.equal(steps.step_ms, 500);
    assert.ok(steps.max.mem_pct.filter((value) => value === null).length >= 3);
  });
});
