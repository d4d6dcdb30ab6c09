import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { healthWhen, type RunningBridge, startBridge } from '../support/bridge-client.js';
import { temporaryFolder } from '../support/fixtures.js';
import { rawRequest } from '../support/raw-http.js';
import { ReferenceBackend } from '../support/reference-backend.js';
import { runOnce } from '../support/run-once.js';
import { until } from '../support/until.js';

/** Recognisable in every form in which text is likely to be shown. */
const KEY = 'SECRETkey0123456789abcdef';
const FORMS = [
  KEY,
  Buffer.from(KEY).toString('base64').slice(0, 24),
  Buffer.from(KEY).toString('hex'),
  KEY.slice(0, 12),
];

function assertHidden(text: string, where: string): void {
  for (const form of FORMS) assert.ok(!text.includes(form), `the key is in ${where}: ${text}`);
}

async function startLoud(
  t: TestContext,
  backendUrl: string,
  env: Record<string, string>,
): Promise<RunningBridge> {
  return startBridge(t, {
    MONITOR_BACKEND_URL: backendUrl,
    MONITOR_REPORT_INTERVAL_SEC: '1',
    MONITOR_LOG_LEVEL: 'trace',
    ...env,
  });
}

/** Looks for the key everywhere that somebody else could. */
async function assertNowhere({ daemon, port }: RunningBridge): Promise<void> {
  const pid = daemon.child.pid ?? 0;
  assertHidden(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), 'the process list');
  for (const thread of readdirSync(`/proc/${pid}/task`))
    assertHidden(readFileSync(`/proc/${pid}/task/${thread}/comm`, 'latin1'), 'a thread name');
  for (const path of ['/health', '/telemetry', '/x'])
    assertHidden(JSON.stringify(await rawRequest(port, 'GET', path)), path);
  assert.equal(await daemon.stop(), 0);
  assertHidden(JSON.stringify(daemon.lines), 'the log');
  assertHidden(daemon.stderr, 'stderr');
}

test('a good run shows the key to the backend alone', async (t) => {
  const backend = await ReferenceBackend.start({ apiKey: KEY });
  t.after(() => backend.stop());
  const bridge = await startLoud(t, backend.url, { MONITOR_API_KEY: KEY });
  await backend.arrival(({ heartbeat }) => heartbeat !== null);
  await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.last?.result === 'accepted');
  await assertNowhere(bridge);
});

test('a key that is refused is not shown, only where it came from', async (t) => {
  const backend = await ReferenceBackend.start({ apiKey: 'another' });
  t.after(() => backend.stop());
  const file = join(temporaryFolder(t), 'key');
  writeFileSync(file, KEY, { mode: 0o600 });
  const bridge = await startLoud(t, backend.url, { MONITOR_API_KEY_FILE: file });
  const health = await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.last?.result === 'unauthorized');
  assert.equal(health.status, 'degraded');
  const told = await until(
    'the log to tell it',
    () => bridge.daemon.lines.find(({ level }) => level === 'error') ?? null,
  );
  assert.ok(told.msg?.includes(file), told.msg);
  await assertNowhere(bridge);
});

test('a backend that sends the key back in everything it says does not get it into the log', async (t) => {
  const backend = await ReferenceBackend.start({ apiKey: KEY });
  t.after(() => backend.stop());
  backend.scriptAll((request, response) => {
    const key = String(request.headers['x-api-key']);
    response.writeHead(400, `Bad ${key}`, { 'x-echo': key, location: `/${key}` }).end(`{"error":"${key}"}`);
  });
  const bridge = await startLoud(t, backend.url, { MONITOR_API_KEY: KEY });
  await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.last?.result === 'rejected');
  await assertNowhere(bridge);
});

test("a backend that can't be reached does not bring the key out", async (t) => {
  const bridge = await startLoud(t, 'http://127.0.0.1:9', { MONITOR_API_KEY: KEY });
  await healthWhen(bridge.port, ({ heartbeat }) => heartbeat.last?.result === 'unreachable');
  await assertNowhere(bridge);
});

test('neither a wrong configuration nor --check-config shows the key', async () => {
  const env = { MONITOR_API_KEY: KEY, MONITOR_BACKEND_URL: 'https://b.example', MONITOR_LOG_LEVEL: 'trace' };
  for (const args of [['--check-config'], ['--port', 'x'], ['--check-config', '--nope'], ['--help']]) {
    const { stdout, stderr } = await runOnce(args, env);
    assertHidden(stdout + stderr, args.join(' '));
  }
  const { stderr, code } = await runOnce([], { ...env, MONITOR_API_KEY: `${KEY} x` });
  assert.equal(code, 78);
  assertHidden(stderr, 'the complaint about itself');
});
