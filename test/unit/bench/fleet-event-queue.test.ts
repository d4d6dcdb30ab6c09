import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventQueue } from '../../../bench/fleet/event-queue.js';

const REACH_MS = 1_024;
const FAR_MS = 10_000;

function queueOf(hosts: number, startMs: number): EventQueue {
  return new EventQueue({ hosts, startMs, reachMs: REACH_MS });
}

function takeAll(queue: EventQueue, endMs = FAR_MS): number[] {
  const hosts: number[] = [];
  for (let host = queue.takeBefore(endMs); host !== null; host = queue.takeBefore(endMs)) hosts.push(host);
  return hosts;
}

describe('the event queue', () => {
  it('returns events in time order, within one millisecond too', () => {
    const times = fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { maxLength: 60 });
    fc.assert(
      fc.property(times, (timesMs) => {
        const queue = queueOf(timesMs.length, -50);
        for (const [host, timeMs] of timesMs.entries()) queue.push(timeMs, host);
        const taken = takeAll(queue).map((host) => queue.timeMs(host));
        assert.deepEqual(
          taken,
          timesMs.toSorted((a, b) => a - b),
        );
      }),
    );
  });

  it('keeps events that are not due yet and accepts new ones meanwhile', () => {
    const queue = queueOf(3, 0);
    queue.push(10.5, 0);
    queue.push(20, 1);
    assert.deepEqual(takeAll(queue, 20), [0]);
    queue.push(20.5, 2);
    queue.push(30, 0);
    assert.deepEqual(takeAll(queue), [1, 2, 0]);
  });

  it('rejects an event in the past or beyond its reach', () => {
    const queue = queueOf(1, 5_000);
    for (const timeMs of [4_999, 5_000 + REACH_MS, Number.NaN])
      assert.throws(() => queue.push(timeMs, 0), RangeError);
    queue.push(5_000 + REACH_MS - 1, 0);
    assert.deepEqual(takeAll(queue), [0]);
  });

  it('drops all events on clear', () => {
    const queue = queueOf(2, 0);
    queue.push(1, 0);
    queue.clear();
    queue.push(2, 1);
    assert.deepEqual(takeAll(queue), [1]);
  });
});
