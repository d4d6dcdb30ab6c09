import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { healthWhen, readHealth, telemetryWhen } from '../../support/bridge-client.js';
import { createSettableClock, whyNoClock } from '../../support/fault-clock.js';
import {
  assertGoesOn,
  assertRecovered,
  assertStopsInTime,
  startWhole,
  toldOver,
} from '../../support/fault-watch.js';
import { assertNothingLeaked } from '../../support/leaks.js';
import { rawRequest } from '../../support/raw-http.js';

const HOUR_S = 3_600;
/** Longer than all limits that the daemon has for others: a heartbeat's timeout (10 s), the age of a disk's value (15 s). */
const STOPPED_MS = 16_000;
const INTERVAL_MS = 50;
/** Half of the report interval is the least between two heartbeats; the rest is for a machine that delivers one of them late. */
const NO_BURST_MS = 100;

/** A clock that is set, and a process that is stopped. */
export function timeFaults(): void {
  test('time that is set forth and back by an hour moves sampled_at and nothing else, nor the date at which a backend is to be asked again', {
    skip: whyNoClock() ?? false,
  }, async (t) => {
    const clock = createSettableClock(t);
    const whole = await startWhole(t, { env: clock.env });
    const { daemon, port, backend } = whole;
    await assertRecovered(whole);
    // A clock that is played costs more to read, and samples may be taken less often for it.
    const said = () => daemon.lines.filter(({ condition }) => condition !== 'budget').length;
    const before = said();
    for (const offsetS of [HOUR_S, 0, -HOUR_S, 0]) {
      clock.set(offsetS);
      const snapshot = await telemetryWhen(port, ({ sampled_at }) => {
        const offByMs = Date.parse(sampled_at) - (Date.now() + offsetS * 1_000);
        return Math.abs(offByMs) < (HOUR_S * 1_000) / 2;
      });
      assert.equal(snapshot.stale, undefined);
      assert.ok(!Object.values(snapshot).includes(null), JSON.stringify(snapshot));
      await assertGoesOn(whole);
      const { status, lanes, heartbeat } = await readHealth(port);
      assert.equal(status, 'ok');
      assert.deepEqual([lanes.proc.restarts, lanes.disk.restarts, heartbeat.restarts], [0, 0, 0]);
      assert.ok(lanes.proc.age_ms >= 0 && lanes.proc.age_ms < 60_000, String(lanes.proc.age_ms));
      // Such a date is one of the backend's clock, which is told beside it: by the host's it would be an hour away.
      backend.scriptNext((_request, response) =>
        response.writeHead(429, { 'retry-after': new Date(Date.now() + 2_000).toUTCString() }).end(),
      );
      await healthWhen(port, (health) => health.heartbeat.last?.result === 'throttled');
      await healthWhen(port, (health) => health.heartbeat.last?.result === 'accepted');
    }
    assert.deepEqual(
      await toldOver(daemon.lines, 'heartbeat', 4),
      [1, 2, 3, 4].flatMap(() => [
        'warn heartbeat throttled: HTTP 429',
        'info resolved: heartbeat throttled',
      ]),
    );
    assert.equal(said(), before + 8);
    await assertNothingLeaked(whole.pid, whole.before);
    await assertStopsInTime(daemon);
  });

  test('time in which the process is stopped is missing, and is not made up for', async (t) => {
    const whole = await startWhole(t);
    const { daemon, port, backend } = whole;
    const before = await readHealth(port);
    daemon.child.kill('SIGSTOP');
    const beats = backend.arrivals.length;
    const asked = rawRequest(port, 'GET', '/health');
    await delay(STOPPED_MS);
    assert.ok(backend.arrivals.length <= beats + 1, 'it was not stopped');
    daemon.child.kill('SIGCONT');
    // Who asked meanwhile is answered.
    JSON.parse((await asked).body);
    await assertRecovered(whole);
    await assertGoesOn(whole);
    const after = await readHealth(port);
    const missed = after.lanes.proc.missed_ticks - before.lanes.proc.missed_ticks;
    assert.ok(missed >= (0.9 * STOPPED_MS) / INTERVAL_MS, `${missed} ticks were skipped`);
    const { lanes, heartbeat } = after;
    assert.deepEqual([lanes.proc.restarts, lanes.disk.restarts, heartbeat.restarts], [0, 0, 0]);
    const times = backend.arrivals.slice(beats).map(({ atMs }) => atMs);
    for (const [index, atMs] of times.entries()) {
      if (index > 0) assert.ok(atMs - (times[index - 1] ?? 0) >= NO_BURST_MS, times.join(', '));
    }
    await assertNothingLeaked(whole.pid, whole.before);
    await assertStopsInTime(daemon);
  });
}
