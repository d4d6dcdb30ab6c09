import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { HeartbeatThread } from '../../../src/heartbeat/thread.js';
import { createClock } from '../../../src/shared/clock.js';
import type { HeartbeatReport } from '../../../src/shared/messages.js';
import { BOOT_ID } from '../../support/extended-beats.js';
import { FrameSource } from '../../support/frames.js';
import { API_KEY, startBackend } from '../../support/heartbeat-daemon.js';
import { HEARTBEAT_PATH, type ReferenceBackend } from '../../support/reference-backend.js';
import { until } from '../../support/until.js';

/** A test that takes this long has failed; a passing one takes far less. */
const LIMIT = { timeout: 60_000 };

/** Malformed bytes that no proc lane writes: reading the frame throws. */
const POISON = '{"identifier":';
const METADATA = { version: 'OpenClaw 1', pluginVersion: '0.2.0', agentsJson: '[{"id":"main"}]' };

function setUp(
  t: TestContext,
  backend: ReferenceBackend,
  overrides: { apiKey?: string; extended?: boolean } = {},
  pingMs = 10_000,
) {
  const frames = new FrameSource();
  const reports: HeartbeatReport[] = [];
  const deaths: { reason: string; restartInMs: number }[] = [];
  let firstDeath = (): void => {};
  const death = new Promise<void>((resolve) => {
    firstDeath = resolve;
  });
  const thread = new HeartbeatThread({
    data: {
      shared: frames.shared,
      url: `${backend.url}${HEARTBEAT_PATH}`,
      identifier: 'vps.t1',
      userAgent: 'harborforge-monitor/0.1.0',
      intervalMs: 200,
      openclaw: null,
      extended: overrides.extended ?? false,
      bootId: null,
    },
    apiKey: overrides.apiKey ?? API_KEY,
    events: {
      result: (report) => reports.push(report),
      died: (reason, restartInMs) => {
        deaths.push({ reason, restartInMs });
        firstDeath();
      },
      hung: () => {},
    },
    monoMs: () => performance.now(),
    pingMs,
  });
  t.after(() => thread.stop());
  const publish = () =>
    frames.publish({
      numbers: { sampled_mono_ms: createClock().monoMs(), mem_pct: 50, ticks: 1 },
      sites: [],
    });
  const poison = () =>
    frames.publish({ numbers: { sampled_mono_ms: createClock().monoMs() }, diskText: POISON });
  return { thread, reports, death, deaths, publish, poison };
}

describe('the heartbeat thread', LIMIT, () => {
  it('sends heartbeats from shared memory and counts their results', async (t) => {
    const backend = await startBackend(t);
    const { thread, reports, publish } = setUp(t, backend);
    publish();
    thread.start();
    await until('two reports', () => reports.length >= 2);
    assert.equal(backend.heartbeats[0]?.mem_pct, 50);
    assert.equal(thread.state.counts.accepted, reports.length);
    assert.equal(thread.state.last?.class, 'accepted');
    assert.deepEqual([thread.state.running, thread.state.restarts], [true, 0]);
  });

  it('restarts after it dies, and sends heartbeats again', async (t) => {
    const backend = await startBackend(t);
    const { thread, deaths, publish, poison } = setUp(t, backend);
    publish();
    thread.start();
    await backend.arrived(1);
    poison();
    await until('its death', () => deaths.length > 0);
    assert.match(deaths[0]?.reason ?? '', /JSON/);
    assert.deepEqual(deaths[0]?.restartInMs, 100);
    publish();
    await until('its return', () => thread.state.running);
    const before = backend.arrivals.length;
    await backend.arrived(before + 1);
    assert.equal(thread.state.running, true);
    assert.equal(thread.state.restarts, deaths.length);
  });

  it('sends the latest plugin push after a restart, also one made while it was dead', async (t) => {
    const backend = await startBackend(t);
    const { thread, deaths, publish, poison } = setUp(t, backend);
    publish();
    thread.start();
    await backend.arrived(1);
    thread.setOpenClaw({ ...METADATA, version: 'OpenClaw 0' });
    await backend.arrival(({ heartbeat }) => heartbeat?.openclaw_version === 'OpenClaw 0');
    poison();
    await until('its death', () => deaths.length > 0);
    thread.setOpenClaw(METADATA);
    publish();
    const { heartbeat } = await backend.arrival(
      (arrival) => arrival.heartbeat?.openclaw_version === 'OpenClaw 1',
    );
    assert.deepEqual(heartbeat?.agents, [{ id: 'main' }]);
  });

  it('sends the boot ID after a restart', async (t) => {
    const backend = await startBackend(t, 0, true);
    const { thread, deaths, publish, poison } = setUp(t, backend, { extended: true });
    /** A frame is stale after two seconds, and a busy machine may take longer to start a thread: keep publishing. */
    const named = (after: number) =>
      until('a heartbeat with the boot', () => {
        publish();
        return backend.heartbeats.slice(after).some(({ extended }) => extended?.boot_id === BOOT_ID);
      });
    publish();
    thread.start();
    thread.setBootId(BOOT_ID);
    await named(0);
    poison();
    await until('its death', () => deaths.length > 0);
    await named(backend.heartbeats.length);
  });

  it('uses the latest key after a restart', async (t) => {
    const backend = await startBackend(t);
    const { thread, deaths, publish, poison } = setUp(t, backend, { apiKey: 'old' });
    poison();
    thread.start();
    await until('its death', () => deaths.length > 0);
    thread.setApiKey(API_KEY);
    publish();
    await backend.arrived(1);
    assert.deepEqual(
      [backend.arrivals[0]?.headers['x-api-key'], backend.arrivals[0]?.status],
      [API_KEY, 200],
    );
  });

  it('is not restarted as long as it answers pings', async (t) => {
    const backend = await startBackend(t);
    const { thread, reports, deaths, publish } = setUp(t, backend, {}, 500);
    backend.scriptNext(() => {});
    publish();
    thread.start();
    // The first heartbeat hangs until its timeout of ten seconds, twenty pings later.
    await until('two reports', () => reports.length >= 2);
    assert.equal(reports[0]?.class, 'timeout');
    assert.deepEqual([deaths, thread.state.restarts], [[], 0]);
  });

  it('doubles the wait before each restart', async (t) => {
    const backend = await startBackend(t);
    const { thread, deaths, poison } = setUp(t, backend);
    poison();
    thread.start();
    await until('three deaths', () => deaths.length >= 3);
    assert.deepEqual(
      deaths.slice(0, 3).map(({ restartInMs }) => restartInMs),
      [100, 200, 400],
    );
  });

  it('switches to a new key without waiting out the backoff of the old one', async (t) => {
    const backend = await startBackend(t);
    const { thread, reports, publish } = setUp(t, backend, { apiKey: 'old' });
    publish();
    thread.start();
    await until('the refusal', () => reports.length > 0);
    assert.ok(reports[0]!.nextInMs >= 30_000);
    thread.setApiKey(API_KEY);
    await backend.arrival(({ status }) => status === 200);
    assert.deepEqual(
      backend.arrivals.slice(0, 2).map(({ status }) => status),
      [401, 200],
    );
  });
});

describe('a heartbeat thread that is stopped', LIMIT, () => {
  it('lets the heartbeat in flight finish', async (t) => {
    const backend = await startBackend(t);
    const { thread, reports, deaths, publish } = setUp(t, backend);
    let answer = (): void => {};
    backend.scriptAll((_request, response) => {
      answer = () => response.end('{}');
    });
    publish();
    thread.start();
    await backend.arrived(1);
    const stopped = thread.stop();
    setTimeout(answer, 100);
    assert.equal(await stopped, true);
    assert.deepEqual(
      reports.map((report) => report.class),
      ['accepted'],
    );
    assert.deepEqual([deaths.length, thread.state.running, backend.arrivals.length], [0, false, 1]);
  });

  it('ends although the backend hangs', async (t) => {
    const backend = await startBackend(t);
    const { thread, reports, publish } = setUp(t, backend);
    backend.scriptAll(() => {});
    publish();
    thread.start();
    await backend.arrived(1);
    assert.equal(await thread.stop(), true);
    assert.deepEqual(
      reports.map((report) => report.detail),
      ['given up, since the Monitor stops'],
    );
  });

  it('ends before the first sample', async (t) => {
    const { thread } = setUp(t, await startBackend(t));
    thread.start();
    assert.equal(await thread.stop(), true);
    assert.equal(thread.state.running, false);
  });

  it('does not restart if it was dead at that time', async (t) => {
    const { thread, death, poison } = setUp(t, await startBackend(t));
    poison();
    t.mock.timers.enable({ apis: ['setTimeout'] });
    thread.start();
    await death;
    assert.equal(await thread.stop(), true);
    t.mock.timers.tick(10_000);
    assert.equal(thread.state.running, false);
  });

  it('cannot be started again', async (t) => {
    const { thread } = setUp(t, await startBackend(t));
    assert.equal(await thread.stop(), true);
    thread.start();
    assert.equal(thread.state.running, false);
  });
});
