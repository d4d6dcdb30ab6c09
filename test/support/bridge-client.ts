import assert from 'node:assert/strict';
import { after } from 'node:test';
import { z } from 'zod';
import { DaemonProcess } from './daemon-process.js';
import { type RawAnswer, rawRequest } from './raw-http.js';
import { until } from './until.js';

/** A daemon process and the port of its bridge. */
export interface RunningBridge {
  readonly daemon: DaemonProcess;
  readonly port: number;
}

/** Where something is put that must be ended with a test: its TestContext, or `fileCleanup()`. */
export interface Cleanup {
  after(end: () => Promise<void>): void;
}

/** For what all tests of a file share: call it at the top of the file, and what is given to it is ended after the last test. */
export function fileCleanup(): Cleanup {
  const ends: (() => Promise<void>)[] = [];
  after(async () => {
    for (const each of ends.reverse()) await each();
  });
  return { after: (each) => void ends.push(each) };
}

/** Starts the real daemon, waits until it listens, and ends it with the test. */
export async function startBridge(
  cleanup: Cleanup,
  env: Readonly<Record<string, string | undefined>> = {},
  nodeArgs: readonly string[] = [],
  main?: string,
): Promise<RunningBridge> {
  const daemon = new DaemonProcess(env, [], nodeArgs, [], main);
  cleanup.after(() => end(daemon));
  const address = await daemon.address();
  return { daemon, port: Number(new URL(address).port) };
}

/** Ends a daemon for good, whatever state it is in. */
export async function end(daemon: DaemonProcess): Promise<void> {
  daemon.child.kill('SIGCONT');
  daemon.child.kill('SIGKILL');
  await daemon.exited;
}

export const JSON_TYPE = { 'content-type': 'application/json' };

/** Posts a push, whose body is `value` as JSON. */
export function push(port: number, value: unknown): Promise<RawAnswer> {
  return rawRequest(port, 'POST', '/openclaw', { headers: JSON_TYPE, body: JSON.stringify(value) });
}

const errorBody = z.strictObject({
  error: z.strictObject({
    code: z.string().regex(/^[a-z_]+$/),
    message: z.string().min(1),
    problems: z.array(z.string()).optional(),
  }),
});

/** Checks that an answer is an error as the contract has it, and returns what it says. */
export function assertError(
  answer: RawAnswer,
  status: number,
  code: string,
): z.infer<typeof errorBody>['error'] {
  assert.equal(answer.status, status, answer.body);
  assertCommonHeaders(answer);
  const { error } = errorBody.parse(JSON.parse(answer.body));
  assert.equal(error.code, code);
  return error;
}

/** What every answer carries, and what none does. */
export function assertCommonHeaders({ headers }: RawAnswer): void {
  assert.equal(headers['content-type'], 'application/json');
  assert.equal(headers['cache-control'], 'no-store');
  const cors = Object.keys(headers).filter((name) => name.startsWith('access-control-'));
  assert.deepEqual(cors, []);
}

/** /telemetry, once it is answered with 200. */
export function telemetryWhen(
  port: number,
  wanted: (snapshot: Snapshot) => boolean = () => true,
): Promise<Snapshot> {
  return until('a snapshot as wanted', async () => {
    const answer = await rawRequest(port, 'GET', '/telemetry');
    if (answer.status !== 200) return null;
    const snapshot = JSON.parse(answer.body) as Snapshot;
    return wanted(snapshot) && snapshot;
  });
}

/** /health, once it is as `wanted`. */
export function healthWhen(port: number, wanted: (health: Health) => boolean): Promise<Health> {
  return until('a /health as wanted', async () => {
    const health = await readHealth(port);
    return wanted(health) && health;
  });
}

/** /health now. */
export async function readHealth(port: number): Promise<Health> {
  const answer = await rawRequest(port, 'GET', '/health');
  const health = JSON.parse(answer.body) as Health;
  assert.equal(answer.status, health.status === 'unhealthy' ? 503 : 200);
  return health;
}

/** The snapshot of /telemetry as far as the tests look into it; `telemetrySchema` holds its shape. */
export interface Snapshot {
  readonly sampled_at: string;
  readonly cpu_pct: number | null;
  readonly mem_pct: number | null;
  readonly disk_pct: number | null;
  readonly swap_pct: number | null;
  readonly load_avg: readonly number[] | null;
  readonly uptime_seconds: number | null;
  readonly nginx_installed: boolean | null;
  readonly nginx_sites: readonly string[] | null;
  readonly sampling: { readonly interval_ms: number };
  readonly cpu: {
    readonly burst: Readonly<Record<'seconds' | 'max_pct' | 'mean_pct' | 'above_90_ms', number | null>>;
  };
  readonly stale?: readonly string[];
  readonly stale_seconds?: Readonly<Record<string, number>>;
}

interface LaneHealth {
  readonly running: boolean;
  readonly restarts: number;
  readonly ticks: number;
  readonly missed_ticks: number;
  readonly read_errors: number;
  readonly age_ms: number;
}

interface ProcLaneHealth extends LaneHealth {
  readonly interval_ms: number;
  readonly interval_ms_configured: number;
  readonly missed_ticks_pct: number;
}

/** What the tests look at in /health. */
export interface Health {
  readonly status: 'ok' | 'degraded' | 'unhealthy';
  readonly problems: readonly string[];
  readonly host: object | null;
  readonly lanes: { readonly proc: ProcLaneHealth; readonly disk: LaneHealth };
  readonly heartbeat: {
    readonly enabled: boolean;
    readonly running: boolean;
    readonly restarts: number;
    readonly counts: Readonly<Record<string, number>>;
    readonly last: { readonly result: string; readonly status: number | null } | null;
  };
  readonly openclaw: {
    readonly age_seconds: number;
    readonly version: string;
    readonly plugin_version: string;
  } | null;
}
