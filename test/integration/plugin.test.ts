import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileCleanup, healthWhen, startBridge } from '../support/bridge-client.js';
import { HOST_VERSIONS, type HostVersion } from '../support/fake-host.js';
import { MonitorRelay } from '../support/monitor-relay.js';
import { createRelayedRig, VERSION_STRINGS } from '../support/plugin-rig.js';
import { until } from '../support/until.js';

/** The plugin's life on both hosts, with the real Monitor at the other end and time that the test plays. */

const cleanup = fileCleanup();
const monitor = startBridge(cleanup);

async function setUp(t: TestContext, version: HostVersion, pluginConfig: object = {}) {
  return createRelayedRig(t, version, (await monitor).port, pluginConfig);
}

function agentsIn(body: string): unknown {
  return (JSON.parse(body) as { agents: unknown }).agents;
}

const AGENTS = [
  { id: 'main', name: 'Main Agent', default: true },
  { id: 'ops', name: 'Ops Agent', default: false },
];

for (const version of HOST_VERSIONS) {
  test(`${version}: the first push comes after two seconds, the others every 30 s, and the Monitor takes them`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version);
    await host.start();
    time.advance(1_999);
    assert.equal(relay.pushes.length, 0);
    assert.equal(time.timers, 1);
    time.advance(1);
    const [first] = await pushed(1);
    assert.equal(first?.method, 'POST');
    assert.equal(first.status, 200);
    assert.equal(first.headers['content-type'], 'application/json');
    assert.deepEqual(JSON.parse(first.body), {
      version: VERSION_STRINGS[version],
      plugin_version: '0.2.0',
      agents: AGENTS,
    });
    for (const count of [2, 3]) {
      time.advance(29_999);
      await relay.quiet();
      assert.equal(relay.pushes.length, count - 1);
      time.advance(1);
      await pushed(count);
    }
    const known = await healthWhen((await monitor).port, ({ openclaw }) => openclaw !== null);
    assert.equal(known.openclaw?.version, VERSION_STRINGS[version]);
    assert.equal(known.openclaw.plugin_version, '0.2.0');
  });

  test(`${version}: registering alone does nothing but leave hooks and the tool`, async (t) => {
    const { host, time, relay } = await setUp(t, version);
    host.register();
    host.register();
    assert.equal(time.timers, 0);
    time.advance(100_000);
    assert.equal(relay.connections, 0);
    assert.deepEqual(host.lines, []);
  });

  test(`${version}: a plugin that is registered again while it runs pushes no more than before`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version);
    await host.start();
    host.register();
    time.advance(2_000);
    await pushed(1);
    host.register();
    time.advance(30_000);
    await pushed(2);
    assert.equal(relay.pushes.length, 2);
    assert.equal(time.timers, 1);
  });

  test(`${version}: gateway_start that comes twice leaves one pusher`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version);
    await host.start();
    host.register();
    await host.gatewayStart();
    assert.equal(time.timers, 1);
    time.advance(2_000);
    await pushed(1);
    time.advance(30_000);
    await pushed(2);
    assert.equal(relay.pushes.length, 2);
  });

  test(`${version}: after gateway_stop there is no timer, no push and no listener, even where another registration is told`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version);
    await host.start();
    time.advance(2_000);
    await pushed(1);
    host.register();
    await host.gatewayStop();
    assert.equal(time.timers, 0);
    assert.equal(getEventListeners(host.drainSignal, 'abort').length, 0);
    time.advance(100_000);
    await relay.quiet();
    assert.equal(relay.pushes.length, 1);
  });

  test(`${version}: gateway_stop before the first push leaves nothing, and stopping again does no harm`, async (t) => {
    const { host, time, relay } = await setUp(t, version);
    await host.gatewayStop();
    await host.start();
    await host.gatewayStop();
    await host.gatewayStop();
    assert.equal(time.timers, 0);
    time.advance(100_000);
    assert.equal(relay.requests.length, 0);
  });

  test(`${version}: gateway_stop ends a push in flight at once, without a word`, async (t) => {
    const { host, time, relay } = await setUp(t, version);
    relay.script = () => {};
    await host.start();
    time.advance(2_000);
    await relay.arrived(1);
    await host.gatewayStop();
    await relay.quiet();
    assert.equal(time.timers, 0);
    assert.deepEqual(host.lines, []);
  });

  test(`${version}: a gateway that is started again in the same process pushes as the first time`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version);
    await host.start();
    time.advance(2_000);
    await pushed(1);
    await host.stop('gateway restarting');
    time.advance(10_000);
    await host.start();
    assert.equal(time.timers, 1);
    time.advance(1_999);
    assert.equal(relay.pushes.length, 1);
    time.advance(1);
    await pushed(2);
    time.advance(30_000);
    assert.equal((await pushed(3)).length, 3);
  });

  test(`${version}: an edited list of agents is in the next push`, async (t) => {
    const { host, time, pushed } = await setUp(t, version);
    await host.start();
    time.advance(2_000);
    await pushed(1);
    host.agents = [{ id: 'main', name: 'Chief', default: true }, { id: 'new' }];
    time.advance(30_000);
    const [, second] = await pushed(2);
    assert.deepEqual(agentsIn(second!.body), [
      { id: 'main', name: 'Chief', default: true },
      { id: 'new', name: 'new', default: false },
    ]);
  });

  test(`${version}: an edited interval and port count from the next push on`, async (t) => {
    const { host, time, relay, pushed } = await setUp(t, version, { reportIntervalSec: 10 });
    const other = await MonitorRelay.start({ after: (end) => t.after(end) }, (await monitor).port);
    await host.start();
    time.advance(2_000);
    await pushed(1);
    host.pluginConfig = { monitor_port: other.port, reportIntervalSec: 5 };
    time.advance(10_000);
    await other.settled(1);
    await until('the push to be over', () => time.timers === 1);
    time.advance(5_000);
    await other.settled(2);
    assert.equal(relay.pushes.length, 1);
  });

  test(`${version}: more agents than the Monitor takes are left out, and the rest is told`, async (t) => {
    const { host, time, pushed } = await setUp(t, version);
    host.agents = Array.from({ length: 1_001 }, (_, index) => ({ id: `a${index}` }));
    await host.start();
    time.advance(2_000);
    const [push] = await pushed(1);
    assert.equal(push?.status, 200);
    assert.deepEqual(Object.keys(JSON.parse(push.body) as object), ['version', 'plugin_version']);
    host.agents = Array.from({ length: 900 }, (_, index) => ({ id: `a${index}`, name: 'n'.repeat(100) }));
    time.advance(30_000);
    const [, large] = await pushed(2);
    assert.equal(large?.status, 200);
    assert.deepEqual(Object.keys(JSON.parse(large.body) as object), ['version', 'plugin_version']);
  });
}

test('2026.9.6: the abort signal alone stops it, with a push in flight and without', async (t) => {
  const { host, time, relay } = await setUp(t, '2026.9.6');
  await host.start();
  host.abort();
  assert.equal(time.timers, 0);
  await host.gatewayStop();
  await host.start();
  relay.script = () => {};
  time.advance(2_000);
  await relay.arrived(1);
  host.abort();
  await relay.quiet();
  assert.equal(time.timers, 0);
  assert.equal(getEventListeners(host.drainSignal, 'abort').length, 0);
  await host.gatewayStop();
  time.advance(100_000);
  assert.equal(relay.pushes.length, 1);
});

test('2026.9.6: a start whose signal is aborted already starts nothing', async (t) => {
  const { host, time } = await setUp(t, '2026.9.6');
  await host.start();
  host.abort();
  await host.gatewayStart();
  assert.equal(time.timers, 0);
});

test('2026.9.6: a plugin that is replaced goes on with one pusher, and the old one lets go of the signal', async (t) => {
  const { host, time, pushed } = await setUp(t, '2026.9.6');
  await host.start();
  time.advance(2_000);
  await pushed(1);
  for (const count of [2, 3]) {
    await host.replacePlugin();
    assert.equal(time.timers, 1);
    assert.equal(getEventListeners(host.drainSignal, 'abort').length, 1);
    time.advance(2_000);
    await pushed(count);
  }
  time.advance(30_000);
  assert.equal((await pushed(4)).length, 4);
});
