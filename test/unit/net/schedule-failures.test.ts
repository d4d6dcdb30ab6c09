import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { BeatClass } from '../../../src/shared/messages.js';
import { parseRetryAfter } from '../../../workers/net/retry-after.js';
import { BeatSchedule } from '../../../workers/net/schedule.js';

const INTERVAL_MS = 30_000;
const NOON_MS = Date.UTC(2026, 2, 22, 12);

function scheduleOf(share: number, intervalMs = INTERVAL_MS): BeatSchedule {
  return new BeatSchedule({ identifier: 'vps.t1', intervalMs, random: () => share });
}

function end(beatClass: BeatClass, retryAfterMs: number | null = null) {
  return { class: beatClass, retryAfterMs };
}

function waits(schedule: BeatSchedule, beatClass: BeatClass, count: number): number[] {
  return Array.from({ length: count }, () => schedule.after(end(beatClass), NOON_MS));
}

describe('the beat after a failure', () => {
  for (const beatClass of ['server_error', 'throttled', 'unreachable', 'timeout'] as const) {
    it(`backs off from ${beatClass} with a ceiling that doubles to two minutes`, () => {
      assert.deepEqual(
        waits(scheduleOf(1, 10_000), beatClass, 5),
        [20_000, 40_000, 80_000, 120_000, 120_000],
      );
    });
  }

  it('is spread over the whole backoff, from the floor of one second', () => {
    assert.equal(scheduleOf(0.5).after(end('timeout'), NOON_MS), 30_500);
    assert.equal(scheduleOf(0).after(end('timeout'), NOON_MS), 1_000);
  });

  it('counts failures of all kinds together', () => {
    const schedule = scheduleOf(1, 10_000);
    schedule.after(end('timeout'), NOON_MS);
    schedule.after(end('unreachable'), NOON_MS);
    assert.equal(schedule.after(end('server_error'), NOON_MS), 80_000);
  });

  it('has a ceiling of at least two intervals, so that an outage does not raise the rate', () => {
    assert.equal(scheduleOf(1, 3_600_000).after(end('server_error'), NOON_MS), 7_200_000);
  });

  for (const reset of ['accepted', 'rejected'] as const) {
    it(`resets once a beat was ${reset}`, () => {
      const schedule = scheduleOf(1);
      waits(schedule, 'server_error', 4);
      schedule.after(end(reset), NOON_MS);
      assert.equal(schedule.after(end('server_error'), NOON_MS), 60_000);
    });
  }
});

describe('Retry-After', () => {
  it('is obeyed: the beat comes then or up to an interval later', () => {
    assert.equal(scheduleOf(0).after(end('throttled', 120_000), NOON_MS), 120_000);
    assert.equal(scheduleOf(0.5).after(end('server_error', 120_000), NOON_MS), 135_000);
  });

  it('is obeyed up to 15 minutes, and ignored beyond that', () => {
    assert.equal(scheduleOf(0).after(end('throttled', 900_000), NOON_MS), 900_000);
    for (const seconds of [901, 99_999_999, Number.POSITIVE_INFINITY]) {
      const plain = scheduleOf(1).after(end('throttled'), NOON_MS);
      assert.equal(scheduleOf(1).after(end('throttled', seconds * 1_000), NOON_MS), plain);
    }
  });

  it('is obeyed up to one interval if that is longer than 15 minutes', () => {
    const hourly = scheduleOf(0, 3_600_000);
    assert.equal(hourly.after(end('throttled', 3_600_000), NOON_MS), 3_600_000);
  });

  it('silences no host for longer than that, whatever the header says', () => {
    const numbers = fc.oneof(fc.bigInt().map(String), fc.double().map(String), fc.nat().map(String));
    const dates = fc.date({ noInvalidDate: true }).map((date) => date.toUTCString());
    const headers = fc.oneof(numbers, dates, fc.string());
    fc.assert(
      fc.property(
        headers,
        fc.option(dates, { nil: undefined }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (retryAfter, date, share) => {
          const asked = parseRetryAfter(retryAfter, date, NOON_MS);
          const waitMs = scheduleOf(share).after(end('throttled', asked), NOON_MS);
          assert.ok(waitMs >= 1_000 && waitMs <= 900_000 + INTERVAL_MS, `${waitMs} ms for ${retryAfter}`);
        },
      ),
    );
  });

  it('of 0 does not raise the rate during an outage', () => {
    assert.equal(scheduleOf(0).after(end('server_error', 0), NOON_MS), INTERVAL_MS / 2);
    assert.equal(scheduleOf(0.5).after(end('server_error', 0), NOON_MS), INTERVAL_MS);
  });

  it('counts as a failure for the next backoff', () => {
    const schedule = scheduleOf(1);
    schedule.after(end('throttled', 5_000), NOON_MS);
    assert.equal(schedule.after(end('throttled'), NOON_MS), 120_000);
  });

  it('on a rejected beat changes nothing', () => {
    const plain = scheduleOf(0.5).after(end('rejected'), NOON_MS);
    assert.equal(scheduleOf(0.5).after(end('rejected', 600_000), NOON_MS), plain);
  });
});

describe('the beat after a refused key', () => {
  it('waits up to a minute, doubling to 15 minutes', () => {
    assert.deepEqual(
      waits(scheduleOf(1), 'unauthorized', 6),
      [60_000, 120_000, 240_000, 480_000, 900_000, 900_000],
    );
  });

  it('waits at least half of that', () => {
    assert.deepEqual(
      waits(scheduleOf(0), 'unauthorized', 6),
      [30_000, 60_000, 120_000, 240_000, 450_000, 450_000],
    );
  });

  it('never comes sooner than a regular one', () => {
    assert.equal(scheduleOf(0, 3_600_000).after(end('unauthorized'), NOON_MS), 3_600_000);
  });

  it('comes like a first one after a new key, and earlier refusals are forgotten', () => {
    const schedule = scheduleOf(1);
    waits(schedule, 'unauthorized', 4);
    assert.equal(schedule.afterNewKey(NOON_MS), scheduleOf(1).first(NOON_MS));
    assert.equal(schedule.after(end('unauthorized'), NOON_MS), 60_000);
  });
});
