import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { healthWhen } from '../../support/bridge-client.js';
import { type DnsMood, startDns } from '../../support/fault-dns.js';
import { whyNoNamespace } from '../../support/fault-namespace.js';
import { assertGoesOn, assertStopsInTime, startWhole, toldOver } from '../../support/fault-watch.js';
import { assertNothingLeaked } from '../../support/leaks.js';
import { until } from '../../support/until.js';

const NAME = 'backend.monitor.test';

/** Whether a lookup of that name is going on, by anybody. */
function isLookedUp(): boolean {
  return readdirSync('/proc').some((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').endsWith(`\0${NAME}\0`);
    } catch {
      return false;
    }
  });
}

/** DNS that fails in each way, and comes back. */
export function dnsFaults(): void {
  const skip = whyNoNamespace() ?? false;
  for (const [mood, problem] of [
    ['knows no name', /^heartbeat unreachable: getaddrinfo ENOTFOUND backend\.monitor\.test$/],
    ['fails', /^heartbeat unreachable: getaddrinfo ENOTFOUND backend\.monitor\.test$/],
    ['is silent', /^heartbeat timeout: no answer within 10 s$/],
  ] as const satisfies readonly [DnsMood, RegExp][]) {
    test(`DNS that ${mood} and comes back costs the heartbeats of that time and nothing else`, {
      skip,
    }, async (t) => {
      const dns = await startDns(t, mood);
      const whole = await startWhole(t, {
        wrapper: dns.wrapper,
        env: { MONITOR_ALLOW_HTTP: '1' },
        backendUrl: ({ port }) => `http://${NAME}:${port}`,
        ready: ({ port }) => healthWhen(port, ({ heartbeat }) => heartbeat.last !== null),
      });
      const { daemon, port, backend } = whole;
      assert.equal(backend.arrivals.length, 0);
      await assertGoesOn(whole, { beats: true });
      assert.equal((await healthWhen(port, ({ status }) => status === 'degraded')).problems.length, 1);

      dns.become('answers');
      await assertGoesOn(whole);
      await healthWhen(port, ({ status }) => status === 'ok');
      const lines = await toldOver(daemon.lines, 'heartbeat');
      assert.equal(lines.length, 2, lines.join('\n'));
      assert.match(lines[0]?.replace('warn ', '') ?? '', problem);
      assert.equal(lines[1], lines[0]?.replace(/^warn ([^:]*): .*/, 'info resolved: $1'));

      // The name is looked up once for a connection, and so it is when there has to be another.
      const { questions } = dns;
      backend.scriptNext((_request, response) => response.socket?.destroy());
      await until('another lookup', () => dns.questions > questions);
      await assertGoesOn(whole);
      assert.ok(dns.questions < questions + 10, `${questions}, then ${dns.questions}`);
      // The connection to the backend is the one descriptor that was not there before.
      const before = { ...whole.before, descriptors: [...whole.before.descriptors, 'socket:[N]'] };
      await assertNothingLeaked(whole.pid, before);
      await assertStopsInTime(daemon);
    });
  }

  test('DNS that is silent does not keep the daemon from ending, nor a process behind it', {
    skip,
  }, async (t) => {
    const dns = await startDns(t, 'is silent');
    const { daemon } = await startWhole(t, {
      wrapper: dns.wrapper,
      env: { MONITOR_ALLOW_HTTP: '1' },
      backendUrl: ({ port }) => `http://${NAME}:${port}`,
      ready: async () => {},
    });
    const { questions } = dns;
    await until('a lookup', () => dns.questions > questions && isLookedUp());
    await assertStopsInTime(daemon);
    assert.equal(daemon.lines.at(-1)?.msg, 'stopped');
  });
}
