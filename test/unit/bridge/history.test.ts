import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HistoryRoute } from '../../../src/bridge/history.js';
import { T } from '../../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { RecorderReader } from '../../../src/shared/recorder.js';
import { WALL_AHEAD_MS, writeRows } from '../../support/history-rows.js';
import { historySchema } from '../../support/history-schema.js';

const NOW_MS = 1_000_000;

/** A route over ten seconds of rows, 50 ms apart, and a clock that advances by `answerMs` per answer. */
function createRoute({ historySec = 60, answerMs = 0, intervalMs = 0 } = {}) {
  const shared = createSharedMemory(1_000);
  writeRows(
    shared,
    Array.from({ length: 200 }, (_, i) => ({
      atMs: NOW_MS - 9_950 + 50 * i,
      cpu_pct: i % 101,
      load_1: 1.25,
    })),
  );
  if (intervalMs > 0) {
    const writer = new FrameWriter(shared, TELEMETRY_STORE);
    const slot = writer.begin();
    slot.numbers[T.interval_ms] = intervalMs;
    writer.publish(slot, 0);
  }
  const clock = { nowMs: NOW_MS };
  const route = new HistoryRoute({
    identifier: 'vps.t1',
    historySec,
    sampleIntervalMs: 50,
    recorder: new RecorderReader(shared),
    frames: new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main),
    clock: {
      monoMs: () => clock.nowMs,
      wallMs: () => {
        clock.nowMs += answerMs;
        return NOW_MS + WALL_AHEAD_MS;
      },
    },
  });
  const get = (query: string) => route.answer({ getHeader: () => '', getQuery: () => query });
  const read = (query: string) => historySchema.parse(JSON.parse(Buffer.from(get(query).body).toString()));
  return { get, read, clock };
}

test('an answer states its host, its time, its query and its resolution', () => {
  const { time_ms, age_ms, mean, max, columns, ...head } = createRoute().read('seconds=10&points=11');
  assert.deepEqual(head, {
    identifier: 'vps.t1',
    now_ms: NOW_MS + WALL_AHEAD_MS,
    seconds: 10,
    interval_ms: 50,
    step_ms: 1_000,
    rows: 200,
  });
  assert.equal(time_ms.length, 11);
  assert.equal(age_ms.at(-1), 0);
  assert.equal(time_ms.at(-1), NOW_MS + WALL_AHEAD_MS);
  assert.equal(columns[0], 'cpu_pct');
  assert.equal(Math.max(...(max.cpu_pct as number[])), 100);
  assert.ok(mean.load_1.every((value) => value === 1.25));
  assert.ok(max.mem_pct.every((value) => value === null));
});

test('the interval is the one currently in effect', () => {
  const { interval_ms, step_ms, rows } = createRoute({ intervalMs: 250 }).read('');
  assert.deepEqual([interval_ms, step_ms, rows], [250, 250, 200]);
});

test('the step is never shorter than the recording interval', () => {
  const { interval_ms, step_ms } = createRoute({ intervalMs: 1 }).read('seconds=1');
  assert.deepEqual([interval_ms, step_ms], [1, 10]);
});

test('the answer is 404 history_off if history is disabled, whatever the query', () => {
  const { status, body } = createRoute({ historySec: 0 }).get('points=x');
  assert.equal(status, '404 Not Found');
  assert.match(String(body), /"history_off".*MONITOR_HISTORY_SEC/);
});

test('a 400 lists all problems of a query', () => {
  const { status, body } = createRoute().get('points=x&seconds=61');
  assert.equal(status, '400 Bad Request');
  const { error } = JSON.parse(String(body)) as { error: { code: string; problems: string[] } };
  assert.deepEqual([error.code, error.problems.length], ['invalid_query', 2]);
});

test('an answer that stalls for an hour blocks the next one for only half a second', () => {
  const { get, clock } = createRoute({ answerMs: 3_600_000 });
  assert.equal(get('').status, '200 OK');
  assert.equal(get('').status, '503 Service Unavailable');
  clock.nowMs += 501;
  assert.equal(get('').status, '200 OK');
});

test('answers may take half a second in a burst and half of the time in the long run', () => {
  const { get, clock } = createRoute({ answerMs: 10 });
  const answeredNow = (): number => {
    let answered = 0;
    while (get('').status === '200 OK') answered++;
    return answered;
  };
  assert.equal(answeredNow(), 50);
  const busy = get('');
  assert.equal(busy.status, '503 Service Unavailable');
  assert.deepEqual(busy.headers, [['retry-after', '1']]);
  assert.match(String(busy.body), /"history_busy"/);
  assert.equal(get('points=x').status, '400 Bad Request');
  clock.nowMs += 100;
  assert.equal(answeredNow(), 10);
  clock.nowMs += 3_600_000;
  assert.equal(answeredNow(), 50, 'an hour without any does not save up more');
});
