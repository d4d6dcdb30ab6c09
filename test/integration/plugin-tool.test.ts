import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { ToolResult } from '#plugin/telemetry-tool.js';
import {
  type Cleanup,
  fileCleanup,
  healthWhen,
  startBridge,
  telemetryWhen,
} from '../support/bridge-client.js';
import { HOST_VERSIONS } from '../support/fake-host.js';
import { copyMachine, readExpected, temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { MonitorRelay } from '../support/monitor-relay.js';
import { createRig } from '../support/plugin-rig.js';
import { telemetrySchema } from '../support/telemetry-schema.js';

/** The agents' tool on both hosts, with the real Monitor at the other end. */

const cleanup = fileCleanup();
const monitor = startBridge(cleanup, { MONITOR_IDENTIFIER: 'vps.t1' });

/** Keys that the hosts take for their own. */
const TAKEN = ['status', 'ok', 'success', 'error', 'timedOut', 'exitCode'];

/** Checks the result's form, and returns its text and details. */
function read(result: ToolResult): { text: string; details: Readonly<Record<string, unknown>> } {
  assert.deepEqual(Object.keys(result).sort(), ['content', 'details']);
  assert.equal(result.content.length, 1);
  assert.equal(result.content[0].type, 'text');
  for (const key of Object.keys(result.details)) assert.ok(!TAKEN.includes(key), key);
  return { text: result.content[0].text, details: { ...result.details } };
}

function problemCode(details: Readonly<Record<string, unknown>>): string {
  return (details['problem'] as { code: string }).code;
}

const untilEnd = (t: TestContext): Cleanup => ({ after: (end) => t.after(end) });

for (const version of HOST_VERSIONS) {
  test(`${version}: the tool tells the Monitor's live numbers`, async (t) => {
    const { port } = await monitor;
    await telemetryWhen(port, (snapshot) => snapshot.cpu_pct !== null && snapshot.disk_pct !== null);
    const { host } = createRig(t, version, { monitor_port: port });
    host.register();
    const { text, details } = read(await host.callTool({}));
    const telemetry = telemetrySchema.parse(details['telemetry']);
    assert.match(text, /^Host vps\.t1, sampled at \d{4}-\d\d-\d\dT[\d:.]+Z( \([\d.]+ s ago\))?:\n- CPU: /);
    assert.ok(text.includes(`- CPU: ${telemetry.cpu_pct} % busy`));
    assert.ok(text.includes(`- Memory: ${telemetry.mem_pct} % used`));
    assert.ok(text.includes(`- Disk: ${telemetry.disk_pct} % used`));
    assert.ok(text.includes(`- Uptime: ${telemetry.uptime_seconds} seconds`));
    assert.match(text, /^- Pressure: /m);
    assert.equal(text.split('\n').length, 9);
  });

  test(`${version}: it tells only the sources that are asked for`, async (t) => {
    const { port } = await monitor;
    await telemetryWhen(port);
    const { host } = createRig(t, version, { monitor_port: port });
    host.register();
    const { text } = read(await host.callTool({ sources: ['memory'] }));
    assert.match(text, /^Host .*\n- Memory: [\d.]+ % used$/);
  });

  test(`${version}: wrong arguments are told with what is allowed, and the Monitor is not asked`, async (t) => {
    const relay = await MonitorRelay.start(untilEnd(t), (await monitor).port);
    const { host } = createRig(t, version, { monitor_port: relay.port });
    host.register();
    const { text, details } = read(await host.callTool({ sources: ['gpu'] }));
    assert.match(text, /^Invalid arguments: "sources" has "gpu"\. Allowed: .*cpu, memory, swap/);
    assert.equal(problemCode(details), 'invalid_arguments');
    assert.equal(relay.requests.length, 0);
  });

  test(`${version}: a Monitor that is not there is told plainly, with what to check`, async (t) => {
    const port = await freePort();
    const { host } = createRig(t, version, { monitor_port: port });
    host.register();
    const { text, details } = read(await host.callTool());
    assert.equal(
      text,
      `The HarborForge Monitor can't be reached at 127.0.0.1:${port}: connect ECONNREFUSED 127.0.0.1:${port}. Check that it runs on this host. Check that its MONITOR_PORT is ${port}, the monitor_port in this plugin's config. No telemetry is known.`,
    );
    assert.equal(problemCode(details), 'unreachable');
  });

  test(`${version}: a Monitor that does not answer is given up after 5 s`, async (t) => {
    const relay = await MonitorRelay.start(untilEnd(t), (await monitor).port);
    const { host, time } = createRig(t, version, { monitor_port: relay.port });
    const asked = new Promise<void>((resolve) => {
      relay.script = () => resolve();
    });
    host.register();
    const call = host.callTool();
    await asked;
    time.advance(5_000);
    const { text, details } = read(await call);
    assert.match(text, /can't be reached at .*: no answer within 5 s\./);
    assert.equal(problemCode(details), 'unreachable');
    await relay.quiet();
    assert.equal(time.timers, 0);
  });

  test(`${version}: a call that the host gives up ends at once`, async (t) => {
    const relay = await MonitorRelay.start(untilEnd(t), (await monitor).port);
    const { host, time } = createRig(t, version, { monitor_port: relay.port });
    const asked = new Promise<void>((resolve) => {
      relay.script = () => resolve();
    });
    host.register();
    const giveUp = new AbortController();
    const call = host.callTool({}, giveUp.signal);
    await asked;
    giveUp.abort();
    assert.equal(problemCode(read(await call).details), 'unreachable');
    await relay.quiet();
    assert.equal(time.timers, 0);
  });

  for (const [what, status, body] of [
    ['garbage', 200, '<html>hello</html>'],
    ['other JSON', 200, '{"hello":"world"}'],
    ['a 404', 404, 'no such page'],
    ['a 500', 500, ''],
  ] as const) {
    test(`${version}: ${what} is not taken for telemetry`, async (t) => {
      const relay = await MonitorRelay.start(untilEnd(t), (await monitor).port);
      relay.script = (_, response) => void response.writeHead(status).end(body);
      const { host } = createRig(t, version, { monitor_port: relay.port });
      host.register();
      const { text, details } = read(await host.callTool());
      assert.match(text, /does not answer like the HarborForge Monitor \(HTTP \d+.*\)\. Check that its/);
      assert.match(text, /No telemetry is known\.$/);
      assert.equal(problemCode(details), 'not_the_monitor');
    });
  }
}

test("a Monitor without a sample is told, in the Monitor's own words", async (t) => {
  const procfs = copyMachine(t, 'vps-1cpu');
  const { port } = await startBridge(untilEnd(t), { MONITOR_PROCFS: procfs });
  for (const file of ['stat', 'meminfo', 'loadavg', 'uptime']) writeFileSync(join(procfs, file), '');
  await healthWhen(port, ({ problems }) => problems.includes('no kernel file could be read'));
  const { host } = createRig(t, '2026.9.6', { monitor_port: port });
  host.register();
  const { text, details } = read(await host.callTool());
  assert.match(text, /runs but has no current numbers \(HTTP 503: there is no valid sample yet\)/);
  assert.equal(problemCode(details), 'no_sample');
});

test('what the real Monitor does not know is told as unknown and stale', async (t) => {
  const procfs = copyMachine(t, 'vps-1cpu');
  writeFileSync(join(procfs, 'loadavg'), 'garbage');
  const { port } = await startBridge(untilEnd(t), { MONITOR_PROCFS: procfs });
  await telemetryWhen(port, ({ stale }) => stale?.includes('load') === true);
  const { host } = createRig(t, '2026.9.6', { monitor_port: port });
  host.register();
  const { text } = read(await host.callTool({ sources: ['load', 'memory'] }));
  assert.match(text, /\n- Load average: unknown — stale: no new value for /);
  assert.ok(text.includes(`- Memory: ${Number(readExpected('vps-1cpu').mem_pct.toFixed(1))} % used`), text);
});

test('the bridge token is brought along, and a wrong one is told without being shown', async (t) => {
  const token = join(temporaryFolder(t), 'token');
  writeFileSync(token, 'bridge-token-for-the-test', { mode: 0o600 });
  const { port } = await startBridge(untilEnd(t), { MONITOR_BRIDGE_TOKEN_FILE: token });
  const { host } = createRig(t, '2026.9.6', { monitor_port: port });
  host.register();
  const refused = read(await host.callTool());
  assert.match(refused.text, /refuses the bridge token .*monitor_bridge_token_file/);
  assert.equal(problemCode(refused.details), 'unauthorized');
  host.pluginConfig = { monitor_port: port, monitor_bridge_token_file: token };
  await telemetryWhenToken(port, 'bridge-token-for-the-test');
  assert.match(read(await host.callTool()).text, /^Host /);
});

test('the tool is described for a model, and its parameters name every source', (t) => {
  const { host } = createRig(t, '2026.9.6', {});
  host.register();
  const [tool] = host.tools;
  assert.equal(host.tools.length, 1);
  assert.equal(tool?.name, 'harborforge_telemetry');
  assert.ok(tool.label !== '' && tool.description.length > 50);
  assert.deepEqual(tool.parameters.properties.sources.items.enum, [
    'cpu',
    'memory',
    'swap',
    'disk',
    'load',
    'uptime',
    'nginx',
    'pressure',
  ]);
});

/** Resolves when the guarded Monitor has a sample. */
async function telemetryWhenToken(port: number, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  while ((await fetch(`http://127.0.0.1:${port}/telemetry`, { headers })).status !== 200);
}
