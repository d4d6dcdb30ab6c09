import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../../bench/fleet/random.js';
import type { FrameLook } from '../../soak/health-watch.js';
import { accountForFrames, judgeFrames } from '../../soak/judge-frames.js';
import { failuresOf } from '../../soak/table.js';
import { Windows } from '../../soak/windows.js';

const INTERVAL_MS = 50;
const LOOK_MS = 250;

/** What happens to an otherwise healthy lane. Times are ms from its start. */
interface Events {
  /** Deadlines that pass without being published or counted. */
  readonly lostAtMs?: readonly number[];
  /** Deadlines that are counted as missed. */
  readonly missedAtMs?: readonly number[];
  /** The lane dies at the first time, and its successor has its first deadline at the second. */
  readonly outage?: readonly [number, number];
}

/** One minute of observations of a lane whose frames come up to a whole interval late. */
function looksOf({ lostAtMs = [], missedAtMs = [], outage }: Events): FrameLook[] {
  const random = seededRandom(3);
  const looks: FrameLook[] = [];
  const [diesMs, backMs] = outage ?? [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [ticks, missed, sampledMs] = [0, 0, 0];
  let nextMs = 0;
  for (let nowMs = 0; nowMs < 60_000; nowMs += LOOK_MS) {
    for (; nextMs <= nowMs; nextMs += INTERVAL_MS) {
      if (nextMs >= diesMs && nextMs < backMs) {
        if (nowMs < backMs) break;
        nextMs = backMs;
      }
      const isOne = (times: readonly number[]): boolean => times.includes(nextMs);
      if (isOne(missedAtMs)) missed++;
      else if (!isOne(lostAtMs)) {
        ticks++;
        sampledMs = nextMs + INTERVAL_MS * random() ** 4;
      }
    }
    looks.push({
      atMs: sampledMs + random() - 0.5,
      rttMs: 1,
      ticks,
      missed,
      restarts: nowMs >= diesMs ? 1 : 0,
      intervalMs: INTERVAL_MS,
      isRunning: nowMs < diesMs || nowMs >= backMs,
    });
  }
  return looks;
}

const noWindows = (): Windows => new Windows(() => 0);
const failures = (looks: readonly FrameLook[], windows = noWindows()): string[] =>
  failuresOf([judgeFrames(accountForFrames(looks, windows, INTERVAL_MS), INTERVAL_MS, null)]);

test('a lane that publishes at every deadline is accounted for to the frame', () => {
  const account = accountForFrames(looksOf({}), noWindows(), INTERVAL_MS);
  assert.equal(account.unaccounted, 0);
  assert.ok(Math.abs(account.deadlines - account.published) < 1);
  assert.ok(account.published > 950);
  assert.deepEqual(failures(looksOf({})), []);
});

test('a single frame that was neither published nor counted is found', () => {
  const looks = looksOf({ lostAtMs: [30_000] });
  assert.equal(accountForFrames(looks, noWindows(), INTERVAL_MS).unaccounted, 1);
  assert.equal(failures(looks).length, 1);
});

test('a tick missed outside of faults is distinguished from one missed during a fault', () => {
  const looks = looksOf({ missedAtMs: [20_000, 20_050, 40_000] });
  let nowMs = 19_500;
  const windows = new Windows(() => nowMs);
  const close = windows.open(['ticks']);
  nowMs = 21_000;
  close();
  const account = accountForFrames(looks, windows, INTERVAL_MS);
  assert.deepEqual([account.missedInFaults, account.missedOutside, account.unaccounted], [2, 1, 0]);
  assert.deepEqual(failures(looks, windows), []);
});

test('too many missed ticks outside of faults are found', () => {
  const missedAtMs = Array.from({ length: 20 }, (_each, index) => 10_000 + 1_000 * index);
  assert.match(failures(looksOf({ missedAtMs })).join(), /missed outside/);
});

test('the outage of a lane is measured, and needs a fault', () => {
  const looks = looksOf({ outage: [20_010, 23_030] });
  const account = accountForFrames(looks, noWindows(), INTERVAL_MS);
  assert.equal(account.unaccounted, 0);
  assert.equal(account.unexplainedDeaths, 1);
  assert.ok(Math.abs(account.longestOutageMs - 2_980) < 10, String(account.longestOutageMs));
  assert.equal(failures(looks).length, 1);
  const windows = new Windows(() => 20_000);
  windows.open(['frames']);
  assert.deepEqual(failures(looks, windows), []);
});

test('a client that saw fewer frames than were counted shows that some were not published', () => {
  const account = accountForFrames(looksOf({}), noWindows(), INTERVAL_MS);
  const judge = (frames: number) =>
    failuresOf([judgeFrames(account, INTERVAL_MS, { frames, atLeast: 0.98 * account.publishedInAll })]);
  assert.deepEqual(judge(account.publishedInAll - 2), []);
  assert.equal(judge(0.95 * account.publishedInAll).length, 1);
  assert.equal(judge(2 * account.publishedInAll).length, 1);
});

test('an interval other than the configured one is found', () => {
  const looks = looksOf({}).map((look, index) => (index === 9 ? { ...look, intervalMs: 60 } : look));
  assert.match(failures(looks).join(), /another interval/);
});
