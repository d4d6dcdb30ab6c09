import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { test } from 'node:test';
import { withinLimit } from '#plugin/limit.js';
import { PlayedTime } from '../../support/played-time.js';

const never = () => new Promise<never>(() => {});

test('a result within the limit is returned, and no timer or listener is left', async () => {
  const time = new PlayedTime();
  const outer = new AbortController();
  const got = await withinLimit(time.surroundings, 5_000, outer.signal, async () => 'it');
  assert.equal(got, 'it');
  assert.equal(time.timers, 0);
  assert.equal(getEventListeners(outer.signal, 'abort').length, 0);
});

test('work beyond the limit is aborted and rejected, even if it ignores its signal', async () => {
  const time = new PlayedTime();
  let given: AbortSignal | undefined;
  const late = withinLimit(time.surroundings, 5_000, null, (signal) => {
    given = signal;
    return never();
  });
  time.advance(4_999);
  assert.equal(given?.aborted, false);
  time.advance(1);
  await assert.rejects(late, /no answer within 5 s/);
  assert.equal(given?.aborted, true);
  assert.equal(time.timers, 0);
});

test('an abort from outside ends it at once', async () => {
  const time = new PlayedTime();
  const outer = new AbortController();
  const work = withinLimit(time.surroundings, 5_000, outer.signal, never);
  outer.abort();
  await assert.rejects(work, /stopped/);
  assert.equal(time.timers, 0);
  assert.equal(getEventListeners(outer.signal, 'abort').length, 0);
});

test('with an aborted signal nothing is started', async () => {
  let began = false;
  const work = withinLimit(new PlayedTime().surroundings, 5_000, AbortSignal.abort(), async () => {
    began = true;
  });
  await assert.rejects(work, /stopped/);
  assert.equal(began, false);
});

test('a failure is passed on unchanged', async () => {
  const time = new PlayedTime();
  await assert.rejects(
    withinLimit(time.surroundings, 5_000, null, () => Promise.reject(new Error('broken'))),
    /broken/,
  );
  assert.equal(time.timers, 0);
});
