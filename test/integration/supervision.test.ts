import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { assertError, healthWhen, readHealth, startBridge, telemetryWhen } from '../support/bridge-client.js';
import { told, toldOver } from '../support/fault-watch.js';
import { createFaults } from '../support/faults.js';
import { readHoldings } from '../support/leaks.js';
import { rawRequest } from '../support/raw-http.js';
import { ReferenceBackend } from '../support/reference-backend.js';
import { until } from '../support/until.js';

const KEY = 'supervision-test-key-012345';

async function setUp(t: TestContext, env: Readonly<Record<string, string>> = {}) {
  const faults = createFaults(t);
  const bridge = await startBridge(t, env, faults.nodeArgs);
  await telemetryWhen(bridge.port, ({ disk_pct, cpu_pct }) => disk_pct !== null && cpu_pct !== null);
  return { ...bridge, faults };
}

/** The same, with a backend that it reports to every second. */
async function setUpReporting(t: TestContext) {
  const backend = await ReferenceBackend.start({ apiKey: KEY });
  t.after(() => backend.stop());
  const rig = await setUp(t, {
    MONITOR_BACKEND_URL: backend.url,
    MONITOR_API_KEY: KEY,
    MONITOR_REPORT_INTERVAL_SEC: '1',
  });
  return { backend, ...rig };
}

test('a lane that throws while it warms up leaves no descriptor open', async (t) => {
  const { daemon, port, faults } = await setUp(t);
  for (let deaths = 1; deaths <= 4; deaths++) {
    await faults.strike('proc', 'throw');
    await healthWhen(port, ({ lanes }) => lanes.proc.restarts === deaths && lanes.proc.running);
  }
  // A lane that is warm has the file open once, and its warm-up no longer.
  const { pid = 0 } = daemon.child;
  await until('a single descriptor of meminfo', () => {
    const { descriptors } = readHoldings(pid);
    return descriptors.filter((path) => path === '/proc/meminfo').length === 1;
  });
});

test('a lane that dies over and over again ends the process with 1, for its supervisor', async (t) => {
  const { daemon, faults } = await setUp(t);
  faults.strikeAlways('proc', 'exit');
  assert.equal(await daemon.exited, 1);
  const fatal = daemon.lines.filter(({ level }) => level === 'fatal');
  assert.equal(fatal.length, 1);
  assert.match(fatal[0]?.msg ?? '', /^the proc lane died too often, the last time of: ./);
  // That it is dead, once, and not that it was well in between.
  assert.equal(told(daemon.lines, 'lane.proc').length, 1);
});

test('a heartbeat thread that dies comes back, with what the plugin pushed, and the bridge goes on', async (t) => {
  const { backend, daemon, port, faults } = await setUpReporting(t);
  const body = '{"version":"v1","plugin_version":"p1","agents":["a"]}';
  await rawRequest(port, 'POST', '/openclaw', { headers: { 'content-type': 'application/json' }, body });
  await backend.arrival(({ heartbeat }) => heartbeat?.openclaw_version === 'v1');
  await faults.strike('heartbeat', 'exit');
  assert.equal((await rawRequest(port, 'GET', '/telemetry')).status, 200);
  const health = await healthWhen(port, ({ heartbeat }) => heartbeat.restarts === 1 && heartbeat.running);
  assert.equal(health.lanes.proc.restarts, 0);
  const seen = backend.arrivals.length;
  const arrival = await backend.arrival((each) => backend.arrivals.indexOf(each) >= seen);
  assert.equal(arrival.status, 200, arrival.problems.join());
  assert.equal(arrival.heartbeat?.openclaw_version, 'v1');
  assert.deepEqual(arrival.heartbeat?.agents, ['a']);
  assert.deepEqual(
    (await toldOver(daemon.lines, 'heartbeat.thread')).map((line) => line.split(':')[0]),
    ['error the heartbeat thread died', 'info resolved'],
  );
  assert.equal(await daemon.stop(), 0);
});

test('a heartbeat thread that dies again each time it is restarted is logged once', async (t) => {
  const { daemon, port, faults } = await setUpReporting(t);
  faults.strikeAlways('heartbeat', 'exit');
  const { problems } = await healthWhen(port, ({ heartbeat }) => heartbeat.restarts >= 4);
  assert.match(problems.join(), /^the heartbeat thread died: /);
  assert.deepEqual(told(daemon.lines, 'heartbeat.thread'), [`error ${problems[0]}`]);
  assert.equal(await daemon.stop(), 0);
});

test('while the proc lane stands still its last frame is served until it is stale, then it is 503', async (t) => {
  const { daemon, port, faults } = await setUp(t);
  await faults.strike('proc', 'hang');
  const frozen = await rawRequest(port, 'GET', '/telemetry');
  const again = await rawRequest(port, 'GET', '/telemetry');
  assert.deepEqual([frozen.status, again.body], [200, frozen.body]);
  const stale = await until('/telemetry to be 503', async () => {
    const answer = await rawRequest(port, 'GET', '/telemetry');
    return answer.status === 503 && answer;
  });
  assertError(stale, 503, 'sample_stale');
  assert.equal(stale.headers['retry-after'], '1');
  const head = await rawRequest(port, 'HEAD', '/telemetry');
  assert.equal(head.status, 503);
  assert.equal(head.headers['retry-after'], '1');
  const { problems, status } = await readHealth(port);
  assert.equal(status, 'unhealthy');
  assert.ok(!problems.includes('no valid sample yet'), problems.join());
  const health = await healthWhen(port, (now) =>
    now.problems.includes('the sampler has stopped: no new frames'),
  );
  assert.equal(health.status, 'unhealthy');

  // Ten looks of the watchdog later the lane is given up, and another takes its place.
  await healthWhen(port, ({ status, lanes }) => status === 'ok' && lanes.proc.restarts === 1);
  await telemetryWhen(
    port,
    ({ sampled_at }) => sampled_at > (JSON.parse(frozen.body) as { sampled_at: string }).sampled_at,
  );
  assert.equal(told(daemon.lines, 'frames').length, 2);
  assert.equal(await daemon.stop(), 0);
});
