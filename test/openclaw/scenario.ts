import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DaemonProcess } from '../support/daemon-process.js';
import { freePort } from '../support/free-port.js';
import type { Heartbeat } from '../support/heartbeat-schema.js';
import { ReferenceBackend } from '../support/reference-backend.js';
import { until } from '../support/until.js';
import { Gateway } from './gateway.js';
import type { ConfiguredAgent, Host } from './hosts.js';
import type { InstalledHost } from './packages.js';
import { PushWatch } from './push-watch.js';

/** Runs one step, and tells it when it is done. What it returns is told with it. */
export type Step = (name: string, run: () => Promise<string | undefined>) => Promise<void>;

/** Where things are put that must be ended whatever happens; the last one is ended first. */
export type Cleanup = (end: () => unknown) => void;

const INTERVAL_SEC = 3;
const EDITED_INTERVAL_SEC = 2;
/** A gateway's event loop stands still for a moment now and then, and /health tells tenths of a second. */
const TOLERANCE_SEC = 0.8;
const WAIT_MS = 60_000;
const API_KEY = randomBytes(12).toString('hex');

const AGENTS: readonly ConfiguredAgent[] = [
  { id: 'main', name: 'Main Agent' },
  { id: 'ops', name: 'Ops Agent' },
];
const EDITED_AGENTS: readonly ConfiguredAgent[] = [
  { id: 'main', name: 'Main Agent' },
  { id: 'ops', name: 'Night Watch' },
  { id: 'third', name: 'Third Agent' },
];

/** The agents as they must arrive at the backend. */
function expectedAgents(agents: readonly ConfiguredAgent[]): object[] {
  return agents.map((agent, index) => ({ ...agent, default: index === 0 }));
}

/** The plugin on a real host, from its tarball to the host's end, with the real Monitor and a backend behind it. */
export async function runScenario(
  host: Host,
  installed: InstalledHost,
  tarball: string,
  step: Step,
  cleanup: Cleanup,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'harborforge-e2e-'));
  cleanup(() => rmSync(folder, { recursive: true, force: true }));
  const token = randomBytes(16).toString('hex');
  const tokenFile = join(folder, 'bridge-token');
  writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
  const backend = await ReferenceBackend.start({ apiKey: API_KEY });
  cleanup(() => backend.stop());
  const port = await freePort();
  const startMonitor = async (): Promise<DaemonProcess> => {
    const monitor = new DaemonProcess({
      MONITOR_PORT: String(port),
      MONITOR_IDENTIFIER: 'e2e-host',
      MONITOR_BACKEND_URL: backend.url,
      MONITOR_API_KEY: API_KEY,
      MONITOR_REPORT_INTERVAL_SEC: '1',
      MONITOR_BRIDGE_TOKEN_FILE: tokenFile,
    });
    cleanup(() => monitor.stop('SIGKILL'));
    await monitor.address();
    return monitor;
  };
  /** The first heartbeat from now on that is as `wanted`. */
  const heartbeatWith = async (what: string, wanted: (beat: Heartbeat) => boolean): Promise<Heartbeat> => {
    const from = backend.arrivals.length;
    const signal = AbortSignal.timeout(WAIT_MS);
    const fits = (beat: Heartbeat | null) => beat !== null && wanted(beat);
    const arrival = await backend
      .arrival((each) => backend.arrivals.indexOf(each) >= from && fits(each.heartbeat), signal)
      .catch(() => assert.fail(`no heartbeat with ${what}; last: ${backend.arrivals.at(-1)?.body}`));
    return arrival.heartbeat!;
  };
  let monitor = await startMonitor();
  const watch = new PushWatch(port, token);
  cleanup(() => watch.stop());
  const gateway = await Gateway.create(host, installed);
  cleanup(() => gateway.remove());

  await step("the host's own command installs the tarball, without a warning", async () => {
    gateway.configure(AGENTS);
    const { code, output } = await gateway.command(...host.installArguments(tarball));
    assert.equal(code, 0, output);
    const said = output.replace(host.usualRemark, '');
    assert.doesNotMatch(said, /warn|suspicious|dangerous|mismatch|blocked|invalid|disabled/i);
    return output.trim().split('\n').at(-1);
  });

  await step('the gateway starts', async () => {
    gateway.configurePlugin({
      monitor_port: port,
      reportIntervalSec: INTERVAL_SEC,
      monitor_bridge_token_file: tokenFile,
    });
    await gateway.start();
    return undefined;
  });

  await step('the first push arrives, and the next heartbeat carries all three fields', async () => {
    await watch.seen(1, WAIT_MS);
    const beat = await heartbeatWith('a version', ({ openclaw_version }) => openclaw_version !== undefined);
    assert.equal(beat.openclaw_version, host.versionString);
    assert.equal(beat.plugin_version, '0.2.0');
    assert.deepEqual(beat.agents, expectedAgents(AGENTS));
    return `${beat.openclaw_version}, ${JSON.stringify(beat.agents)}`;
  });

  await step('the version is what the host prints itself', async () => {
    const { output } = await gateway.command('--version');
    assert.equal(output.trim().split('\n').at(-1), host.versionString);
    return output.trim();
  });

  await step('the tool tells live numbers', async () => {
    const before = await snapshot(port, token);
    const text = await gateway.callTool('harborforge_telemetry', {});
    assert.match(text, /^Host e2e-host, sampled at /);
    const uptime = Number(text.match(/Uptime: (\d+) seconds/)?.[1]);
    assert.ok(uptime >= before.uptime_seconds && uptime <= before.uptime_seconds + 60, text);
    const sampledMs = Date.parse(text.match(/sampled at (\S+)/)?.[1] ?? '');
    assert.ok(sampledMs >= Date.parse(before.sampled_at), text);
    assert.match(text, /CPU: [\d.]+ % busy.*\n- Memory: [\d.]+ % used\n- Swap: [\d.]+ %/);
    return text.split('\n').slice(1, 4).join(' ');
  });

  await step('the tool refuses wrong arguments', async () => {
    const text = await gateway.callTool('harborforge_telemetry', { sources: ['gpu'] });
    assert.match(text, /^Invalid arguments: "sources" has "gpu"\. Allowed: /);
    return text;
  });

  const intervals = async (count: number, intervalSec: number): Promise<string> => {
    const from = watch.pushesMs.length;
    await watch.more(count, WAIT_MS);
    const times = watch.pushesMs.slice(from);
    const gaps = times.slice(1).map((atMs, index) => (atMs - times[index]!) / 1_000);
    // None comes too soon; one may be late, where the gateway's thread was late itself.
    const [shortest = 0, ...others] = gaps.toSorted((a, b) => a - b);
    const middle = others[Math.floor(others.length / 2) - 1] ?? shortest;
    for (const gap of [shortest, middle]) assert.ok(Math.abs(gap - intervalSec) < TOLERANCE_SEC, `${gaps} s`);
    return `${gaps.map((gap) => gap.toFixed(1)).join(' s, ')} s`;
  };
  await step('three pushes are an interval apart, none doubled by the tool', () =>
    intervals(3, INTERVAL_SEC),
  );

  await step('an edited list of agents is in the next push', async () => {
    gateway.editAgents(EDITED_AGENTS);
    const beat = await heartbeatWith('three agents', ({ agents }) => agents?.length === 3);
    assert.deepEqual(beat.agents, expectedAgents(EDITED_AGENTS));
    return JSON.stringify(beat.agents);
  });

  await step("an edited interval of the plugin's takes effect in the same process", async () => {
    const config = { monitor_port: port, monitor_bridge_token_file: tokenFile };
    gateway.configurePlugin({ ...config, reportIntervalSec: EDITED_INTERVAL_SEC });
    await until('the host to begin again', () => /reached the Monitor .* every 2 s/.test(gateway.output));
    return intervals(4, EDITED_INTERVAL_SEC);
  });

  await step('the Monitor is stopped: the gateway goes on, and the tool says so', async () => {
    assert.equal(await monitor.stop(), 0);
    const text = await gateway.callTool('harborforge_telemetry', {});
    assert.match(text, /^The HarborForge Monitor can't be reached at 127\.0\.0\.1:\d+: connect ECONNREFUSED/);
    await delay(2 * EDITED_INTERVAL_SEC * 1_000);
    assert.ok(await gateway.isUp());
    return text;
  });

  await step('the Monitor is started again, and knows everything at the next push', async () => {
    monitor = await startMonitor();
    await watch.more(2, WAIT_MS);
    const beat = await heartbeatWith('a version', ({ openclaw_version }) => openclaw_version !== undefined);
    assert.equal(beat.openclaw_version, host.versionString);
    assert.deepEqual(beat.agents, expectedAgents(EDITED_AGENTS));
    return undefined;
  });

  await step('SIGTERM ends the gateway with exit code 0, and no push comes after', async () => {
    assert.equal(await gateway.stop(), 0, gateway.output);
    // The last push may be seen only now, on a machine that is busy; the next one would be due an interval after it.
    const endMs = performance.now() + (EDITED_INTERVAL_SEC / 2) * 1_000;
    await delay(3 * EDITED_INTERVAL_SEC * 1_000);
    assert.deepEqual(
      watch.pushesMs.filter((pushMs) => pushMs > endMs),
      [],
    );
    return undefined;
  });

  await step('the log tells of each change once, and of nothing that went wrong', async () => {
    const lines = gateway.output.split('\n').filter((line) => /harborforge/i.test(line));
    const count = (text: RegExp) => lines.filter((line) => text.test(line)).length;
    // The host began anew once, when the plugin's configuration was edited.
    assert.equal(count(/reached the Monitor at [^ ]+; /), 2, lines.join('\n'));
    assert.equal(count(/lost the Monitor/), 1, lines.join('\n'));
    assert.equal(count(/reached the Monitor .* again/), 1, lines.join('\n'));
    assert.equal(count(/\b(warn|error|failed|invalid)\b/i), 0, lines.join('\n'));
    const refused = backend.arrivals.filter(({ heartbeat }) => heartbeat === null);
    assert.deepEqual(refused, []);
    return `${lines.length} lines, ${backend.heartbeats.length} heartbeats`;
  });
}

async function snapshot(port: number, token: string) {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`http://127.0.0.1:${port}/telemetry`, { headers });
  return (await answer.json()) as { uptime_seconds: number; sampled_at: string };
}
