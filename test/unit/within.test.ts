import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../../src/within.js';

test('work that settles in time is in time, even if it rejects', async () => {
  assert.equal(await within(60_000, Promise.resolve()), true);
  assert.equal(await within(60_000, Promise.reject(new Error('x'))), true);
});

test('work that does not end is not awaited, and may reject later', async () => {
  let fail = (_: Error): void => {};
  const work = new Promise((_, reject) => {
    fail = reject;
  });
  assert.equal(await within(1, work), false);
  // If this were unhandled, it would crash the test process.
  fail(new Error('late'));
  await new Promise(setImmediate);
});
