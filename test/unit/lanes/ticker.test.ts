import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { Ticker } from '../../../workers/lanes/ticker.js';
import { FakeClock } from '../../support/fake-clock.js';

interface Tick {
  readonly atMs: number;
  readonly deadlineMs: number;
  readonly missed: number;
}

/** Runs a ticker whose ticks take `workMs` each, on a clock that only work and sleep advance; times are relative to its start. */
function run(intervalMs: number, workMs: readonly number[], oversleepMs = 0): Tick[] {
  const clock = new FakeClock(1_000);
  const ticker = new Ticker(clock, {
    sleep: (ms) => {
      assert.ok(ms >= 0);
      clock.advance(ms + (ms > 0 ? oversleepMs : 0));
      return true;
    },
  });
  return workMs.map((work, index) => {
    assert.equal(index === 0 ? ticker.first() : ticker.next(intervalMs), true);
    const tick = { atMs: clock.mono - 1_000, deadlineMs: ticker.deadlineMs - 1_000, missed: ticker.missed };
    clock.advance(work);
    return tick;
  });
}

describe('Ticker', () => {
  it('ticks at once, and then at every multiple of the interval', () => {
    const ticks = run(50, [0, 0, 0, 0]);
    assert.deepEqual(
      ticks.map(({ atMs }) => atMs),
      [0, 50, 100, 150],
    );
  });

  it('does not drift with the time that ticks take', () => {
    const ticks = run(50, new Array<number>(1_000).fill(17.3));
    assert.equal(ticks.at(-1)!.atMs, 999 * 50);
    assert.equal(ticks.at(-1)!.missed, 0);
  });

  it('does not drift when sleep overshoots', () => {
    const ticks = run(50, new Array<number>(100).fill(1), 3);
    assert.deepEqual(
      ticks.slice(1).map(({ atMs }) => atMs % 50),
      new Array<number>(99).fill(3),
    );
    assert.equal(ticks.at(-1)!.deadlineMs, 99 * 50);
  });

  it('runs a late tick at once if its interval is not over', () => {
    const ticks = run(50, [70, 0, 0]);
    assert.deepEqual(ticks, [
      { atMs: 0, deadlineMs: 0, missed: 0 },
      { atMs: 70, deadlineMs: 50, missed: 0 },
      { atMs: 100, deadlineMs: 100, missed: 0 },
    ]);
  });

  it('skips and counts ticks whose interval is over, and never makes them up', () => {
    const ticks = run(50, [230, 0, 0, 0]);
    assert.deepEqual(ticks, [
      { atMs: 0, deadlineMs: 0, missed: 0 },
      { atMs: 230, deadlineMs: 200, missed: 3 },
      { atMs: 250, deadlineMs: 250, missed: 3 },
      { atMs: 300, deadlineMs: 300, missed: 3 },
    ]);
  });

  it('skips a tick that would begin exactly at the next deadline', () => {
    const ticks = run(50, [100, 0]);
    assert.deepEqual(ticks[1], { atMs: 100, deadlineMs: 100, missed: 1 });
  });

  it('accounts for every interval: ticks and missed ticks add up to the elapsed time', () => {
    const works = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 5_000 })), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000 }), works, (intervalMs, workMs) => {
        const ticks = run(intervalMs, workMs);
        for (const [i, { atMs, deadlineMs, missed }] of ticks.entries()) {
          assert.equal(deadlineMs, (i + missed) * intervalMs);
          assert.ok(atMs >= deadlineMs && atMs < deadlineMs + intervalMs, `tick ${i} at ${atMs}`);
        }
      }),
    );
  });

  it('continues from the last deadline when the interval changes, on the new grid without drift', () => {
    const clock = new FakeClock(0);
    const ticker = new Ticker(clock, {
      sleep: (ms) => {
        clock.advance(ms);
        return true;
      },
    });
    ticker.first();
    const deadlines = [50, 50, 80, 80, 80, 10, 10].map((intervalMs) => {
      clock.advance(3);
      ticker.next(intervalMs);
      return ticker.deadlineMs;
    });
    assert.deepEqual(deadlines, [50, 100, 180, 260, 340, 350, 360]);
    assert.equal(ticker.missed, 0);
  });

  it('ends when sleep returns false, even for a late tick', () => {
    const clock = new FakeClock();
    let stopped = false;
    const asked: number[] = [];
    const ticker = new Ticker(clock, {
      sleep: (ms) => {
        asked.push(ms);
        return !stopped;
      },
    });
    assert.equal(ticker.first(), true);
    clock.advance(60);
    stopped = true;
    assert.equal(ticker.next(50), false);
    assert.deepEqual(asked, [0, 0]);
  });
});
