import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BridgeAnswer, Poller } from '../../../src/page/poller.js';

/** A simulated bridge and clock: an answer takes `answerMs`, and time passes only during waits. */
function play(options: { answerMs?: number; intervalMs?: number; history?: string | null }) {
  const { answerMs = 1, intervalMs = 50, history = null } = options;
  const state = {
    nowMs: 0,
    status: 200 as number | null,
    inFlight: 0,
    mostInFlight: 0,
    past: history,
    answerMs,
  };
  const asked: [path: string, atMs: number][] = [];
  const outcomes: (number | null)[] = [];
  const timers: { atMs: number; done: () => void }[] = [];
  const wait = (ms: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      const timer = { atMs: state.nowMs + Math.max(0, ms), done: resolve };
      timers.push(timer);
      signal.addEventListener('abort', () => {
        const at = timers.indexOf(timer);
        if (at >= 0) timers.splice(at, 1);
        resolve();
      });
    });
  const poller = new Poller({
    ask: async (path, signal) => {
      asked.push([path, state.nowMs]);
      state.mostInFlight = Math.max(state.mostInFlight, ++state.inFlight);
      try {
        await wait(state.answerMs, signal);
        if (signal.aborted || state.status === null) throw new Error('no answer');
        return { status: state.status, json: {} };
      } finally {
        state.inFlight--;
      }
    },
    nowMs: () => state.nowMs,
    wait,
    onTelemetry: (answer: BridgeAnswer | null) => {
      outcomes.push(answer?.status ?? null);
      return intervalMs;
    },
    onHealth: () => {},
    historyPath: () => {
      const path = state.past;
      state.past = null;
      return path;
    },
    onHistory: () => {},
  });
  /** Lets time pass, timer by timer. */
  const pass = async (ms: number): Promise<void> => {
    const endMs = state.nowMs + ms;
    for (;;) {
      await new Promise(setImmediate);
      timers.sort((one, other) => one.atMs - other.atMs);
      const [next] = timers;
      if (next === undefined || next.atMs > endMs) break;
      timers.shift();
      state.nowMs = next.atMs;
      next.done();
    }
    state.nowMs = endMs;
  };
  const times = (path: string): number[] => asked.filter(([each]) => each === path).map(([, atMs]) => atMs);
  return { state, asked, outcomes, poller, pass, times };
}

test('it polls at the sample interval, at most 20 times a second, and /health every 2 s', async () => {
  for (const [intervalMs, inTenSeconds] of [
    [1, 200],
    [50, 200],
    [500, 20],
  ] as const) {
    const { poller, pass, times } = play({ intervalMs });
    poller.start();
    await pass(10_000);
    poller.stop();
    const asked = times('/telemetry');
    assert.ok(Math.abs(asked.length - inTenSeconds) <= 2, `${intervalMs}: ${asked.length}`);
    assert.ok(asked.every((atMs, i) => i === 0 || atMs - asked[i - 1]! >= Math.max(50, intervalMs) - 2));
    assert.ok(Math.abs(times('/health').length - 5) <= 1, times('/health').join());
  }
});

test('one request is in flight at a time, however long answers take', async () => {
  const { state, poller, pass, times } = play({ answerMs: 300, history: '/history?points=1' });
  poller.start();
  await pass(10_000);
  poller.stop();
  assert.equal(state.mostInFlight, 1);
  assert.ok(times('/telemetry').length >= 25);
  assert.equal(times('/history?points=1').length, 1);
});

test('polls missed during a long answer are not made up', async () => {
  const { state, poller, pass, times } = play({});
  poller.start();
  await pass(1_000);
  state.answerMs = 3_000;
  await pass(2_000);
  state.answerMs = 1;
  await pass(3_000);
  poller.stop();
  const asked = times('/telemetry').filter((atMs) => atMs > 3_000);
  assert.ok(asked.length > 10);
  const pauses = asked.slice(1).map((atMs, i) => atMs - asked[i]!);
  // The first turn after the long one may begin at once.
  assert.ok(
    pauses.slice(1).every((ms) => ms >= 45),
    pauses.join(),
  );
});

test('without answers it backs off to a poll every two seconds, and recovers on its own', async () => {
  const { state, poller, pass, times, outcomes } = play({});
  state.status = null;
  poller.start();
  await pass(20_000);
  const asked = times('/telemetry');
  const pauses = asked.slice(1).map((atMs, i) => atMs - asked[i]!);
  assert.deepEqual(
    pauses.slice(0, 5).map((ms) => Math.round(ms / 50) * 50),
    [250, 500, 1_000, 2_000, 2_000],
  );
  assert.equal(times('/health').length, 0);
  state.status = 200;
  await pass(3_000);
  assert.ok(times('/telemetry').length - asked.length > 15);
  assert.equal(outcomes.at(-1), 200);
  poller.stop();
});

test('a missing answer times out after five seconds', async () => {
  const { poller, pass, outcomes, state } = play({ answerMs: 1_000_000 });
  poller.start();
  await pass(4_900);
  assert.deepEqual(outcomes, []);
  await pass(200);
  assert.deepEqual(outcomes, [null]);
  poller.stop();
  await pass(0);
  assert.equal(state.inFlight, 0);
});

test('a stopped poller asks nothing, ignores an answer in flight, and can be restarted', async () => {
  const { poller, pass, asked, outcomes } = play({ answerMs: 20 });
  poller.start();
  await pass(510);
  poller.stop();
  const [requests, answers] = [asked.length, outcomes.length];
  await pass(10_000);
  assert.deepEqual([asked.length, outcomes.length], [requests, answers]);
  poller.start();
  poller.start();
  await pass(1_000);
  assert.ok(asked.length > requests && asked.length <= requests + 22, String(asked.length - requests));
  poller.stop();
});

test('a daemon without samples is asked for /health, but one that requires a token is not', async () => {
  for (const [status, isAsked] of [
    [503, true],
    [401, false],
  ] as const) {
    const { state, poller, pass, times } = play({});
    state.status = status;
    poller.start();
    await pass(1_000);
    poller.stop();
    assert.equal(times('/health').length > 0, isAsked);
  }
});
