import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TelemetryRoute } from '../../../src/bridge/telemetry.js';
import { T } from '../../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../../src/shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../../../src/shared/layout.js';
import { FakeClock } from '../../support/fake-clock.js';

const STALE_AFTER_MS = 2_000;

function setUp() {
  const shared = createSharedMemory();
  const clock = new FakeClock();
  const frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  const diskFrames = new FrameReader(shared, DISK_STORE, DISK_READER.main);
  const route = new TelemetryRoute({ identifier: 'vps.t1', frames, diskFrames, clock });
  const writer = new FrameWriter(shared, TELEMETRY_STORE);
  const publish = (text: string, valid = 1) => {
    const slot = writer.begin();
    slot.numbers.fill(0);
    slot.numbers[T.valid] = valid;
    slot.numbers[T.sampled_mono_ms] = clock.monoMs();
    slot.bytes.set(Buffer.from(text));
    writer.publish(slot, Buffer.byteLength(text));
    return slot;
  };
  return { shared, clock, route, publish };
}

test('the body is a view onto the shared memory, at the bytes of the published slot', () => {
  const { shared, route, publish } = setUp();
  const slot = publish('{"a":1}');
  const { status, body } = route.acquire();
  assert.equal(status, '200 OK');
  assert.ok(body instanceof Uint8Array);
  assert.equal(body.buffer, shared);
  assert.equal(body.byteOffset, slot.bytes.byteOffset);
  assert.equal(body.byteLength, 7);
  route.release();
});

test('a frame is rendered once, on its first request, into its own bytes', () => {
  const { shared, clock, route, publish } = setUp();
  clock.wall = Date.parse('2026-03-22T01:37:21.042Z');
  const slot = publish('');
  slot.numbers.fill(Number.NaN);
  slot.numbers[T.valid] = 1;
  slot.numbers[T.stale_mask] = 0;
  slot.numbers[T.sampled_mono_ms] = clock.mono;
  slot.numbers[T.sampled_wall_ms] = clock.wall;
  slot.numbers[T.interval_ms] = slot.numbers[T.gap_ms] = 50;
  slot.numbers[T.cpu_pct] = 12.34;
  assert.equal(slot.byteLength, 0);
  const { body } = route.acquire();
  assert.ok(body instanceof Uint8Array && body.buffer === shared);
  const snapshot = JSON.parse(Buffer.from(body).toString()) as Record<string, unknown>;
  assert.equal(snapshot['identifier'], 'vps.t1');
  assert.equal(snapshot['sampled_at'], '2026-03-22T01:37:21.042Z');
  assert.equal(snapshot['cpu_pct'], 12.3);
  route.release();
  // It is not rendered again, so later changes to the numbers do not show.
  slot.numbers[T.cpu_pct] = 99;
  assert.equal(route.acquire().body, body);
  assert.equal(Buffer.from(body).toString().includes('12.3'), true);
  route.release();
});

test('a second request for a frame reuses its answer, headers and view', () => {
  const { route, publish } = setUp();
  publish('{"a":1}');
  const first = route.acquire();
  const { body, headers } = first;
  route.release();
  const second = route.acquire();
  route.release();
  assert.equal(second, first);
  assert.equal(second.body, body);
  assert.equal(second.headers, headers);
});

test('a reused slot with a length seen before reuses its view', () => {
  const { route, publish } = setUp();
  const viewsBySlotAndLength = new Map<string, string | Uint8Array>();
  let again = 0;
  for (let round = 0; round < 40; round++) {
    const slot = publish(`{"a":${'1'.repeat(1 + (round % 3))}}`);
    const { body } = route.acquire();
    route.release();
    const key = `${slot.index}:${body.length}`;
    const before = viewsBySlotAndLength.get(key);
    if (before !== undefined) {
      assert.equal(body, before);
      again++;
    }
    viewsBySlotAndLength.set(key, body);
  }
  assert.ok(again > 10, `only ${again} slots came round`);
});

test('a frame keeps its bytes while its answer is held, however many are published meanwhile', () => {
  const { route, publish } = setUp();
  publish('{"kept":true}');
  const { body } = route.acquire();
  for (let i = 0; i < 20; i++) publish('{"other":1234}');
  assert.equal(Buffer.from(body as Uint8Array).toString(), '{"kept":true}');
  route.release();
  assert.equal(Buffer.from(route.acquire().body as Uint8Array).toString(), '{"other":1234}');
});

test('a released frame is overwritten in its turn', () => {
  const { route, publish } = setUp();
  const { index } = publish('{"a":1}');
  route.acquire();
  route.release();
  const later = Array.from({ length: 8 }, () => publish('{"b":2}').index);
  assert.ok(later.includes(index), `slot ${index} was not used again: ${later.join()}`);
});

test('before the first frame the answer is 503 no_sample with Retry-After: 1', () => {
  const { route } = setUp();
  const answer = route.acquire();
  assert.equal(answer.status, '503 Service Unavailable');
  assert.deepEqual(answer.headers, [['retry-after', '1']]);
  assert.equal(JSON.parse(answer.body as string).error.code, 'no_sample');
});

test('a frame that is not valid is 503 no_sample', () => {
  const { route, publish } = setUp();
  publish('{"a":1}', 0);
  assert.equal(JSON.parse(route.acquire().body as string).error.code, 'no_sample');
});

test('a frame is served up to its age limit, and is 503 sample_stale 1 ms later', () => {
  const { route, publish, clock } = setUp();
  publish('{"a":1}');
  clock.advance(STALE_AFTER_MS);
  assert.equal(route.acquire().status, '200 OK');
  route.release();
  clock.advance(1);
  const answer = route.acquire();
  assert.equal(answer.status, '503 Service Unavailable');
  assert.deepEqual(answer.headers, [['retry-after', '1']]);
  assert.equal(JSON.parse(answer.body as string).error.code, 'sample_stale');
});

test('a frame from a throttled lane is served for three of its intervals', () => {
  const { route, publish, clock } = setUp();
  publish('{"a":1}').numbers[T.interval_ms] = 1_500;
  clock.advance(4_500);
  assert.equal(route.acquire().status, '200 OK');
  route.release();
  clock.advance(1);
  assert.equal(route.acquire().status, '503 Service Unavailable');
});

test('a wall clock jump of an hour makes no frame stale', () => {
  const { route, publish, clock } = setUp();
  publish('{"a":1}');
  clock.wall += 3_600_000;
  assert.equal(route.acquire().status, '200 OK');
});
