import assert from 'node:assert/strict';
import { test } from 'node:test';
import { frameStaleAfterMs } from '../../../src/shared/pace.js';

test('the limit of a frame is two seconds, or three intervals where they are long', () => {
  assert.equal(frameStaleAfterMs(1), 2_000);
  assert.equal(frameStaleAfterMs(50), 2_000);
  assert.equal(frameStaleAfterMs(1_000), 3_000);
  assert.equal(frameStaleAfterMs(10_000), 30_000);
});
