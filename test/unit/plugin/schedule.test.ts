import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Schedule } from '#plugin/schedule.js';
import { PlayedTime } from '../../support/played-time.js';

/** A schedule that records the time of each run; with `isLong`, a run lasts until `letGo`. */
function scheduled(options: { intervalMs?: () => number; isLong?: boolean } = {}) {
  const time = new PlayedTime();
  const beganMs = time.surroundings.nowMs();
  const atMs: number[] = [];
  const signals: AbortSignal[] = [];
  let letGo = (): void => {};
  const schedule = new Schedule(time.surroundings, {
    firstMs: 2_000,
    intervalMs: options.intervalMs ?? (() => 30_000),
    work: async (signal) => {
      atMs.push(time.surroundings.nowMs() - beganMs);
      signals.push(signal);
      if (!options.isLong) return;
      await new Promise<void>((resolve) => {
        letGo = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    },
  });
  return { time, schedule, atMs, signals, letGo: () => letGo() };
}

/** Advances second by second, and lets started work settle each time. */
async function play(time: PlayedTime, seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    time.advance(1_000);
    await turn();
  }
}

test('the first run is after two seconds, the others at the interval from there', async () => {
  const { time, atMs } = scheduled();
  await play(time, 100);
  assert.deepEqual(atMs, [2_000, 32_000, 62_000, 92_000]);
});

test('a run that is due during another is skipped, and later runs keep their times', async () => {
  const { time, atMs, letGo } = scheduled({ isLong: true });
  await play(time, 45);
  letGo();
  await play(time, 30);
  assert.deepEqual(atMs, [2_000, 62_000]);
});

test('runs missed during a suspend are not made up', async () => {
  const { time, atMs } = scheduled();
  await play(time, 2);
  time.sleepThrough(100_000);
  await turn();
  await play(time, 25);
  assert.deepEqual(atMs, [2_000, 102_000, 122_000]);
});

test('a new interval applies from the next run on', async () => {
  let intervalMs = 30_000;
  const { time, atMs } = scheduled({ intervalMs: () => intervalMs });
  await play(time, 10);
  intervalMs = 5_000;
  await play(time, 35);
  assert.deepEqual(atMs, [2_000, 32_000, 37_000, 42_000]);
});

test('stopping leaves no timer and starts nothing more', async () => {
  const { time, schedule, atMs } = scheduled();
  await play(time, 3);
  await schedule.stop();
  assert.equal(time.timers, 0);
  await play(time, 100);
  assert.deepEqual(atMs, [2_000]);
});

test('stopping aborts the running work, and resolves when it has ended', async () => {
  const { time, schedule, signals } = scheduled({ isLong: true });
  await play(time, 3);
  assert.equal(signals[0]?.aborted, false);
  await schedule.stop();
  assert.equal(signals[0]?.aborted, true);
});

test('stopping twice does no harm', async () => {
  const { schedule, time } = scheduled();
  await schedule.stop();
  await schedule.stop();
  assert.equal(time.timers, 0);
});

test('work that fails does not end the schedule', async () => {
  const time = new PlayedTime();
  let times = 0;
  new Schedule(time.surroundings, {
    firstMs: 2_000,
    intervalMs: () => 1_000,
    work: async () => {
      times++;
      throw new Error('as it happens');
    },
  });
  await play(time, 4);
  assert.equal(times, 3);
});
