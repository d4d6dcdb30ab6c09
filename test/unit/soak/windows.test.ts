import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Windows } from '../../soak/windows.js';

test('a fault excuses only its own kinds, from its start to its end', () => {
  let nowMs = 100;
  const windows = new Windows(() => nowMs);
  const close = windows.open(['ticks']);
  assert.ok(windows.covers(1_000, 1_001, 'ticks'));
  assert.ok(windows.covers(50, 100, 'ticks'));
  assert.ok(!windows.covers(50, 99, 'ticks'));
  assert.ok(!windows.covers(50, 200, 'beats'));
  nowMs = 200;
  close();
  assert.ok(windows.covers(200, 300, 'ticks'));
  assert.ok(!windows.covers(201, 300, 'ticks'));
  assert.ok(windows.isFaulty(150, 160));
  assert.ok(!windows.isFaulty(201, 300));
});
