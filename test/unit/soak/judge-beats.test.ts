import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Beat } from '../../soak/flapping-backend.js';
import type { Attempt } from '../../soak/health-watch.js';
import { type BeatEvidence, judgeBeats } from '../../soak/judge-beats.js';
import { failuresOf } from '../../soak/table.js';
import { Windows } from '../../soak/windows.js';

const INTERVAL_MS = 2_000;
const BEATS = 20;

const beat = (index: number, fate: Beat['fate'] = 'accepted'): Beat => ({
  atMs: index * INTERVAL_MS,
  body: `{"uptime_seconds":${index},"agents":[{"id":"agent-0"}]}`,
  problem: null,
  fate,
  endMs: index * INTERVAL_MS + 5,
});

const attempt = (index: number): Attempt => ({
  startMs: index * INTERVAL_MS,
  endMs: index * INTERVAL_MS + 5,
  result: 'accepted',
  nextMs: (index + 1) * INTERVAL_MS,
  nextInMs: INTERVAL_MS - 5,
  count: 1,
  restarts: 0,
});

/** Heartbeats on which both ends agree. */
function evidence(changes: Partial<BeatEvidence> = {}): BeatEvidence {
  return {
    beats: Array.from({ length: BEATS }, (_each, index) => beat(index)),
    counts: { accepted: BEATS },
    attempts: Array.from({ length: BEATS }, (_each, index) => attempt(index)),
    intervalMs: INTERVAL_MS,
    maxInFlight: 1,
    pluginStartMs: 0,
    changes: [0],
    endMs: BEATS * INTERVAL_MS,
    windows: new Windows(() => 0),
    ...changes,
  };
}

const failures = (changes: Partial<BeatEvidence>): string[] => failuresOf([judgeBeats(evidence(changes))]);
/** The beats with one of them changed. */
const withBeat = (index: number, changes: Partial<Beat>): Beat[] =>
  evidence().beats.map((each, at) => (at === index ? { ...each, ...changes } : each));

test('heartbeats on which both ends agree pass', () => {
  assert.deepEqual(failures({}), []);
});

test('an accepted heartbeat that the daemon did not count is lost, unless a fault hit its thread', () => {
  assert.match(failures({ counts: { accepted: BEATS - 1 } }).join(), /lost/);
  let nowMs = 5 * INTERVAL_MS + 1;
  const windows = new Windows(() => nowMs);
  const close = windows.open(['beats']);
  nowMs++;
  close();
  assert.deepEqual(failures({ counts: { accepted: BEATS - 1 }, windows }), []);
  assert.match(failures({ counts: { accepted: BEATS - 2 }, windows }).join(), /lost/);
});

test('a heartbeat that only the daemon counted is made up', () => {
  assert.match(failures({ counts: { accepted: BEATS + 1 } }).join(), /made up/);
});

test('a heartbeat that arrived twice is a duplicate', () => {
  const beats = evidence().beats.flatMap((each, index) => (index === 7 ? [each, { ...each }] : [each]));
  const found = failures({ beats, counts: { accepted: BEATS + 1 } });
  assert.equal(found.length, 1);
  assert.match(found[0] ?? '', /double/);
});

test('a refusal that the two ends count differently is found', () => {
  const beats = withBeat(3, { fate: 'throttled' });
  assert.deepEqual(failures({ beats, counts: { accepted: BEATS - 1, throttled: 1 } }), []);
  assert.match(failures({ beats, counts: { accepted: BEATS - 1, server_error: 1 } }).join(), /throttled/);
});

test('a heartbeat without an answer is neither accepted nor lost, but the daemon must count it', () => {
  const beats = withBeat(3, { fate: 'no answer' });
  assert.deepEqual(failures({ beats, counts: { accepted: BEATS - 1, timeout: 1 } }), []);
  assert.equal(failures({ beats, counts: { accepted: BEATS - 1 } }).length, 1);
});

test('a heartbeat that comes later than announced, or never, is found', () => {
  const attempts = evidence().attempts.map((each, index) =>
    index < 9
      ? each
      : {
          ...each,
          startMs: each.startMs + 3_000,
          endMs: each.endMs + 3_000,
          nextMs: each.nextMs + 3_000,
        },
  );
  assert.match(failures({ attempts }).join(), /latest behind/);
  assert.match(failures({ endMs: BEATS * INTERVAL_MS + 20_000 }).join(), /still due/);
});

test('an unannounced time without an accepted heartbeat is found, unless a fault hit the thread', () => {
  const beats = evidence().beats.filter((_each, index) => index < 5 || index > 8);
  const attempts = evidence().attempts.filter((_each, index) => index < 5 || index > 8);
  const changes = { beats, attempts, counts: { accepted: BEATS - 4 } };
  assert.match(failures(changes).join(), /longest time/);
  let nowMs = 9_000;
  const windows = new Windows(() => nowMs);
  const close = windows.open(['beats']);
  nowMs = 14_000;
  close();
  assert.deepEqual(failures({ ...changes, windows }), []);
});

test('a wait that no rule allows is found', () => {
  const attempts = evidence().attempts.map((each, index) =>
    index === 4 ? { ...each, nextInMs: 5_000 } : each,
  );
  assert.match(failures({ attempts }).join(), /put off/);
});

test('metadata that is older than the last push is found', () => {
  assert.match(failures({ changes: [0, 10_000] }).join(), /older metadata/);
  assert.deepEqual(failures({ changes: [0, (BEATS - 2) * INTERVAL_MS] }), []);
});

test('a body that violates the contract is found', () => {
  assert.match(failures({ beats: withBeat(2, { problem: 'not JSON' }) }).join(), /contract/);
});
