import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { pino } from 'pino';
import { Conditions } from '../../src/conditions.js';
import { type Notify, ServiceManager } from '../../src/service-manager.js';
import { FrameSource } from '../support/frames.js';
import { PlayedTime } from '../support/played-time.js';

const STEP_MS = 50;
const SEND_MS = 20;

/** A service manager on simulated time, and a systemd that accepts, refuses or ignores its messages. */
function setUp(t: TestContext, watchdogMs: number | null = 60_000) {
  const time = new PlayedTime();
  const { nowMs, setTimer } = time.surroundings;
  const clock = { monoMs: nowMs };
  const source = new FrameSource();
  const conditions = new Conditions(pino({ enabled: false }), nowMs);
  const warnings: string[] = [];
  const state = { systemd: 'takes' as 'takes' | 'refuses' | 'hangs', tried: 0, inFlight: 0 };
  const taken: { readonly atMs: number; readonly text: string }[] = [];
  const notify: Notify = async (words, signal) => {
    state.tried++;
    const { systemd } = state;
    assert.equal(++state.inFlight, 1, 'two messages at a time');
    await new Promise<void>((resolve, reject) => {
      const end = (run: () => void) => () => {
        if (!signal.aborted) state.inFlight--;
        run();
      };
      const cancel =
        systemd === 'hangs'
          ? () => {}
          : setTimer(
              end(() => {
                if (systemd !== 'takes') return reject(new Error('no such socket'));
                taken.push({ atMs: nowMs(), text: words.join(' ') });
                resolve();
              }),
              SEND_MS,
            );
      signal.addEventListener('abort', () => {
        state.inFlight--;
        cancel();
        reject(new Error('aborted'));
      });
    });
  };
  const frames = source.reader();
  const warn = (message: string) => void warnings.push(message);
  const manager = new ServiceManager({ watchdogMs, frames, conditions, clock, warn, notify, setTimer });
  t.after(() => manager.stop());
  const publish = () => source.publish({ numbers: { sampled_mono_ms: nowMs() } });
  /** Lets time pass, with samples or without. */
  const play = async (ms: number, isSampling = true) => {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      if (isSampling) publish();
      time.advance(STEP_MS);
      await turn();
    }
  };
  const texts = () => taken.map(({ text }) => text);
  /** The longest time between two pings that systemd accepted, in ms. */
  const longestGapMs = () => {
    const pings = taken.filter(({ text }) => text.includes('WATCHDOG=1'));
    return Math.max(...pings.slice(1).map(({ atMs }, index) => atMs - pings[index]!.atMs));
  };
  return { time, state, conditions, manager, warnings, publish, play, texts, longestGapMs };
}

describe('a service manager', () => {
  it('gets READY once, as soon as there is a sample, and pings only while samples are fresh', async (t) => {
    const { manager, play, texts, warnings } = setUp(t);
    manager.look();
    await play(1_000, false);
    assert.deepEqual(texts(), ['STATUS=starting']);
    await play(2_000);
    assert.deepEqual(texts().slice(1), ['READY=1 WATCHDOG=1 STATUS=sampling every 50 ms']);
    await play(30_000, false);
    assert.deepEqual(texts().slice(2), ['WATCHDOG=1', 'STATUS=no fresh sample comes']);
    await play(1_100);
    assert.deepEqual(texts().slice(4), ['WATCHDOG=1 STATUS=sampling every 50 ms']);
    assert.deepEqual(warnings, []);
  });

  it('gets READY right after the status that was being sent when the first sample came', async (t) => {
    const { time, manager, publish, texts } = setUp(t);
    manager.look();
    publish();
    manager.look();
    time.advance(SEND_MS);
    await turn();
    time.advance(SEND_MS);
    assert.deepEqual(texts(), ['STATUS=starting', 'READY=1 WATCHDOG=1 STATUS=sampling every 50 ms']);
  });

  it('gets few messages while the daemon is healthy', async (t) => {
    const { manager, play, texts } = setUp(t);
    manager.look();
    await play(300_000);
    assert.ok(texts().length <= 2 + 300 / 15, texts().join('\n'));
  });

  it('gets problems as the status', async (t) => {
    const { conditions, manager, play, texts } = setUp(t);
    conditions.set('frames', 'the sampler has stopped', 'error');
    conditions.set('heartbeat', 'heartbeat unreachable');
    manager.look();
    await play(100, false);
    assert.deepEqual(texts(), ['STATUS=the sampler has stopped; and 1 more']);
  });

  for (const [what, detail, shown] of [
    ['line breaks', 'a\nWATCHDOG=1\r\n\u2028\u0085b', 'a WATCHDOG=1 b'],
    ['control characters', 'a\0\x1b[31m\u202eb', 'a [31m b'],
    ['10,000 characters', '\u{1f600}'.repeat(10_000), `${'\u{1f600}'.repeat(193)}…`],
  ] as const) {
    it(`gets a status of one short line for a problem with ${what}`, async (t) => {
      const { conditions, manager, play, texts } = setUp(t);
      conditions.set('x', { summary: 'file', detail });
      manager.look();
      await play(100, false);
      assert.deepEqual(texts(), [`STATUS=file: ${shown}`]);
    });
  }

  it('gets READY and the status every second until it accepts them, with one warning', async (t) => {
    const { state, manager, play, texts, warnings } = setUp(t);
    state.systemd = 'refuses';
    manager.look();
    await play(10_000);
    assert.ok(state.tried >= 9, `${state.tried}`);
    state.systemd = 'takes';
    await play(1_100);
    assert.deepEqual(texts(), ['READY=1 WATCHDOG=1 STATUS=sampling every 50 ms']);
    assert.deepEqual(warnings, ['systemd-notify failed: no such socket']);
    state.systemd = 'hangs';
    await play(30_000);
    assert.deepEqual(warnings.slice(1), ['systemd-notify failed: no answer within 5 s']);
  });

  it('without a watchdog gets retries with backoff while it refuses', async (t) => {
    const { state, manager, play, texts } = setUp(t, null);
    state.systemd = 'refuses';
    manager.look();
    await play(600_000);
    assert.ok(state.tried >= 20 && state.tried <= 30, `${state.tried}`);
    state.systemd = 'takes';
    await play(31_000);
    assert.deepEqual(texts(), ['READY=1 STATUS=sampling every 50 ms']);
  });

  it('gets STOPPING at once although an earlier message hangs, and nothing after it', async (t) => {
    const { state, manager, play, texts, warnings } = setUp(t);
    manager.look();
    await play(1_100);
    const { length } = texts();
    state.systemd = 'hangs';
    await play(15_000);
    assert.equal(state.inFlight, 1);
    state.systemd = 'takes';
    manager.stop();
    manager.look();
    await play(60_000);
    assert.deepEqual(texts().slice(length), ['STOPPING=1 STATUS=stopping']);
    assert.deepEqual(warnings, []);
  });
});

for (const deadlineMs of [2_000, 8_000, 60_000]) {
  const phases = Array.from({ length: 10 }, (_each, index) => (index * deadlineMs) / 40);

  describe(`the gap between pings stays below a deadline of ${deadlineMs / 1_000} s`, () => {
    it('whenever the sampler stalls, for half a second less than that', async (t) => {
      for (const phaseMs of phases) {
        const { manager, play, longestGapMs } = setUp(t, deadlineMs);
        manager.look();
        await play(deadlineMs + phaseMs);
        await play(deadlineMs - 500, false);
        await play(deadlineMs);
        assert.ok(longestGapMs() < deadlineMs, `${longestGapMs()} ms, stalled at ${phaseMs} ms`);
      }
    });

    it('whenever a problem comes up during a stall', async (t) => {
      for (const phaseMs of phases) {
        const { conditions, manager, play, longestGapMs } = setUp(t, deadlineMs);
        manager.look();
        await play(deadlineMs);
        const beforeMs = Math.min(4 * phaseMs, deadlineMs - 500);
        await play(beforeMs, false);
        conditions.set('frames', 'the sampler has stopped', 'error');
        await play(deadlineMs - 500 - beforeMs, false);
        await play(deadlineMs);
        assert.ok(longestGapMs() < deadlineMs, `${longestGapMs()} ms, problem after ${beforeMs} ms`);
      }
    });

    it('whenever a send hangs', async (t) => {
      for (const phaseMs of phases) {
        const { state, manager, play, longestGapMs } = setUp(t, deadlineMs);
        manager.look();
        await play(deadlineMs + phaseMs);
        const { tried } = state;
        state.systemd = 'hangs';
        while (state.tried === tried) await play(STEP_MS);
        state.systemd = 'takes';
        await play(deadlineMs);
        assert.ok(longestGapMs() <= 0.7 * deadlineMs, `${longestGapMs()} ms, hung at ${phaseMs} ms`);
      }
    });

    it('whenever sends fail for half of it', async (t) => {
      for (const phaseMs of phases) {
        const { state, manager, play, longestGapMs } = setUp(t, deadlineMs);
        manager.look();
        await play(deadlineMs + phaseMs);
        state.systemd = 'refuses';
        await play(deadlineMs / 2);
        state.systemd = 'takes';
        await play(deadlineMs);
        assert.ok(longestGapMs() < deadlineMs, `${longestGapMs()} ms, failed at ${phaseMs} ms`);
      }
    });

    it('whenever the process is stopped for half of it', async (t) => {
      for (const phaseMs of phases) {
        const { time, manager, play, longestGapMs } = setUp(t, deadlineMs);
        manager.look();
        await play(deadlineMs + phaseMs);
        time.sleepThrough(deadlineMs / 2);
        await play(deadlineMs);
        assert.ok(longestGapMs() < deadlineMs, `${longestGapMs()} ms, stopped at ${phaseMs} ms`);
      }
    });
  });
}
