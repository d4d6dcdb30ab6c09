import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Restarts } from '../../src/restarts.js';
import { FakeClock } from '../support/fake-clock.js';

function setUp() {
  const clock = new FakeClock();
  const restarts = new Restarts(() => clock.monoMs());
  return {
    restarts,
    /** It starts, lives for `ms`, and dies. */
    live: (ms: number) => {
      restarts.started();
      clock.advance(ms);
      return restarts.died();
    },
  };
}

test('the wait doubles from 100 ms to 5 s with each death in a row, and the eleventh is final', () => {
  const { live } = setUp();
  const waits = Array.from({ length: 11 }, () => live(0));
  assert.deepEqual(waits, [100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000, 5_000, null]);
});

test('an uptime of a minute resets the count, a slightly shorter one does not', () => {
  const { live } = setUp();
  live(0);
  live(0);
  assert.equal(live(59_999), 400);
  assert.equal(live(60_000), 100);
  assert.equal(live(0), 200);
});

test('the total counts all deaths, however long the uptimes in between', () => {
  const { live, restarts } = setUp();
  live(0);
  live(100_000);
  live(0);
  assert.equal(restarts.total, 3);
});
