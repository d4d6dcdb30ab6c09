import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { end, JSON_TYPE, type RunningBridge } from './bridge-client.js';
import { DaemonProcess } from './daemon-process.js';
import type { Scope } from './fixtures.js';
import { rawRequest } from './raw-http.js';

/** Recognisable in every form in which text is likely to be shown. */
export const SECRET_KEY = 'SECRETkey0123456789abcdef';
const FORMS = [
  SECRET_KEY,
  Buffer.from(SECRET_KEY).toString('base64').slice(0, 24),
  Buffer.from(SECRET_KEY).toString('hex'),
  SECRET_KEY.slice(0, 12),
];

/** What the bridge refuses, in each of its ways. */
const REFUSED = [
  ['GET', '/x', {}],
  ['PUT', '/health', {}],
  ['GET', '/health', { headers: { host: 'elsewhere.example' } }],
  ['GET', '/health', { headers: { origin: 'https://elsewhere.example' } }],
  ['POST', '/openclaw', { headers: { 'content-type': 'text/plain' }, body: '{}' }],
  ['POST', '/openclaw', { headers: JSON_TYPE, body: '{' }],
  ['POST', '/openclaw', { headers: JSON_TYPE, body: '{"version":1}' }],
  ['POST', '/openclaw', { headers: JSON_TYPE, body: `"${'x'.repeat(70_000)}"` }],
] as const;

/** Checks that the key is not in `text`, in whatever form. */
export function assertHidden(text: string, where: string): void {
  for (const form of FORMS) assert.ok(!text.includes(form), `the key is in ${where}: ${text}`);
}

/** How a daemon is started that tells all that it ever tells. */
export interface LoudOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly nodeArgs?: readonly string[];
  readonly wrapper?: readonly string[];
}

/** Starts one that reports to `backendUrl` every second, with the key in its environment unless told otherwise. */
export async function startLoud(
  t: Scope,
  backendUrl: string,
  { env, nodeArgs, wrapper }: LoudOptions = {},
): Promise<RunningBridge> {
  const daemon = new DaemonProcess(
    {
      MONITOR_BACKEND_URL: backendUrl,
      MONITOR_REPORT_INTERVAL_SEC: '1',
      MONITOR_LOG_LEVEL: 'trace',
      MONITOR_API_KEY: SECRET_KEY,
      ...env,
    },
    [],
    nodeArgs,
    wrapper,
  );
  t.after(() => end(daemon));
  return { daemon, port: Number(new URL(await daemon.address()).port) };
}

/** Looks for the key everywhere that somebody else could, ends the daemon, and looks at all that it said. */
export async function assertNowhere({ daemon, port }: RunningBridge): Promise<void> {
  const pid = daemon.child.pid ?? 0;
  assertHidden(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), 'the process list');
  for (const thread of readdirSync(`/proc/${pid}/task`))
    assertHidden(readFileSync(`/proc/${pid}/task/${thread}/comm`, 'latin1'), 'a thread name');
  for (const path of ['/health', '/telemetry'])
    assertHidden(JSON.stringify(await rawRequest(port, 'GET', path)), path);
  for (const [method, path, options] of REFUSED) {
    const answer = await rawRequest(port, method, path, options);
    assert.ok(answer.status >= 400, `${method} ${path}: ${answer.status}`);
    assertHidden(JSON.stringify(answer), `what ${method} ${path} is answered`);
  }
  assert.equal(await daemon.stop(), 0);
  assertHidden(JSON.stringify(daemon.lines), 'the log');
  assertHidden(daemon.stderr, 'stderr');
}
