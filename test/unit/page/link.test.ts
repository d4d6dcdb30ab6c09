import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timeOfDay } from '../../../src/page/format.js';
import { Link, type LinkLook } from '../../../src/page/link.js';
import { announcement, statusOf } from '../../../src/page/status-text.js';

const NETWORK = { type: 'network' } as const;
const refusal = (status: number) => ({ type: 'status', status, message: 'why' }) as const;

test('changing samples are live, and an unchanged one is stale after the limit of the daemon', () => {
  const link = new Link(0);
  assert.equal(link.look(100).state, 'connecting');
  assert.ok(link.sampled(1, 50, 100));
  assert.equal(link.look(2_000).state, 'live');
  for (let nowMs = 150; nowMs < 2_200; nowMs += 50) assert.ok(!link.sampled(1, 50, nowMs));
  assert.equal(link.look(2_200).state, 'still');
  assert.equal(link.look(2_200).ageMs, 2_100);
  assert.ok(link.sampled(2, 50, 2_250));
  assert.equal(link.look(2_260).state, 'live');
});

test('a slow cadence is not stale between two samples', () => {
  const link = new Link(0);
  link.sampled(1, 10_000, 0);
  assert.equal(link.look(29_000).state, 'live');
  assert.equal(link.look(31_000).state, 'unreachable');
});

test('a daemon that stops during an answer is unreachable before the answer times out', () => {
  const link = new Link(0);
  link.sampled(1, 50, 0);
  assert.equal(link.look(1_900).state, 'live');
  assert.equal(link.look(2_100).state, 'unreachable');
});

test('a missing first answer is shown as unreachable', () => {
  const link = new Link(0);
  assert.equal(link.look(1_000).state, 'connecting');
  assert.equal(link.look(3_000).state, 'unreachable');
});

test('one failure in a second is no outage; several are, until the next sample', () => {
  const link = new Link(0);
  link.sampled(1, 50, 0);
  link.failed(NETWORK, 100);
  assert.equal(link.look(500).state, 'live');
  assert.equal(link.look(1_100).state, 'unreachable');
  link.failed(refusal(503), 1_200);
  assert.equal(link.look(1_300).state, 'stopped');
  assert.equal(link.look(1_300).message, 'why');
  link.sampled(2, 50, 1_400);
  assert.equal(link.look(1_500).state, 'live');
});

test('a refusal is shown at once, and a required token is not an outage', () => {
  const link = new Link(0);
  link.failed(refusal(401), 0);
  assert.equal(link.look(0).state, 'locked');
  link.failed(refusal(403), 0);
  assert.equal(link.look(0).state, 'refused');
});

test('the time of the last sample is shown by the clock of the host', () => {
  const link = new Link(0);
  assert.equal(link.look(0).sinceMs, null);
  link.sampled(SINCE_MS, 50, 1_000);
  assert.equal(link.look(5_000).sinceMs, SINCE_MS);
  link.resumed(61_000);
  assert.equal(link.look(62_000).sinceMs, SINCE_MS + 60_000);
  assert.equal(link.look(62_000).ageMs, 1_000);
});

test('samples that were not requested are not missing', () => {
  const link = new Link(0);
  link.sampled(1, 50, 0);
  link.resumed(60_000);
  assert.equal(link.look(60_100).state, 'live');
  assert.equal(link.look(63_000).state, 'unreachable');
  const unseen = new Link(0);
  unseen.resumed(60_000);
  assert.equal(unseen.look(60_100).state, 'connecting');
});

const words = (
  look: LinkLook,
  more: { isPaused?: boolean; problems?: readonly string[]; intervalMs?: number } = {},
) => statusOf({ look, isPaused: false, problems: [], intervalMs: 50, ...more });
const SINCE_MS = Date.parse('2026-03-22T01:50:19Z');
const looked = (state: LinkLook['state'], ageMs: number | null = 10, message = ''): LinkLook => ({
  state,
  ageMs,
  sinceMs: ageMs === null ? null : SINCE_MS,
  message,
});

test('the status text states the cadence, the problem, and since when the data is old', () => {
  assert.equal(words(looked('live')).detail, '20 samples a second');
  assert.equal(words(looked('live'), { intervalMs: 2_000 }).detail, 'a sample every 2 s');
  const unreachable = words(looked('unreachable', 83_000));
  assert.ok(
    unreachable.detail.endsWith(`, since ${timeOfDay(SINCE_MS)}, for 1 min 23 s`),
    unreachable.detail,
  );
  assert.ok(unreachable.isOld);
  assert.match(words(looked('stopped', null, 'there is no valid sample yet')).detail, /nothing has come yet/);
  const degraded = words(looked('live'), { problems: ['the disk hangs'] });
  assert.deepEqual([degraded.level, degraded.detail, degraded.isOld], ['warn', 'the disk hangs', false]);
  assert.equal(words(looked('unreachable'), { isPaused: true }).state, 'Paused');
});

test('the screen reader text does not change with the age', () => {
  const spoken = [1_000, 2_000, 90_000].map((ageMs) => announcement(words(looked('unreachable', ageMs))));
  assert.deepEqual(new Set(spoken), new Set(['Unreachable: what is shown is old']));
  assert.equal(
    announcement(words(looked('live'), { problems: ['the disk hangs'] })),
    'Degraded: the disk hangs',
  );
});
