import assert from 'node:assert/strict';
import { test } from 'node:test';
import { within } from '../../src/within.js';

test('work that ends in time, well or not, is in time', async () => {
  assert.equal(await within(60_000, Promise.resolve()), true);
  assert.equal(await within(60_000, Promise.reject(new Error('x'))), true);
});

test('work that does not end is not waited for, and may fail later', async () => {
  let fail = (_: Error): void => {};
  const work = new Promise((_, reject) => {
    fail = reject;
  });
  assert.equal(await within(1, work), false);
  // Were this not caught, it would end the test's process.
  fail(new Error('late'));
  await new Promise(setImmediate);
});
