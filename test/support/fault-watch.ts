import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { end, healthWhen, readHealth, telemetryWhen } from './bridge-client.js';
import { DaemonProcess, type LogLine } from './daemon-process.js';
import { freePort } from './free-port.js';
import { API_KEY, startBackend } from './heartbeat-daemon.js';
import { type Holdings, settledHoldings } from './leaks.js';
import { rawRequest } from './raw-http.js';
import type { ReferenceBackend } from './reference-backend.js';
import { until } from './until.js';

/** The promise is 3 s; the rest is for a machine on which other tests let threads loop without an end. */
const STOP_LIMIT_MS = 15_000;
/** What shows that something goes on: so many of each. */
const FRAMES = 40;
const REQUESTS = 20;
const BEATS = 2;

/** The real daemon with all of its parts at work, and what it held before anything went wrong. */
export interface WholeDaemon {
  readonly daemon: DaemonProcess;
  readonly pid: number;
  readonly port: number;
  readonly backend: ReferenceBackend;
  readonly before: Holdings;
}

/** How the daemon is to be started. */
export interface WholeOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly nodeArgs?: readonly string[];
  readonly wrapper?: readonly string[];
  /** Where it is to report to; by default to a backend that keeps to the contract. */
  readonly backendUrl?: (backend: ReferenceBackend) => string;
  /** False: what machine this is will not be found out. Default: it will. */
  readonly isInventoryExpected?: boolean;
  /** What shall be there before the first look at what it holds. Default: a heartbeat that was accepted. */
  readonly ready?: (started: { backend: ReferenceBackend; port: number }) => Promise<unknown>;
}

/**
 * Starts the daemon, which reports every second to a backend of its own, and waits until all that there is of it is at work. It ends with
 * the test.
 */
export async function startWhole(t: TestContext, options: WholeOptions = {}): Promise<WholeDaemon> {
  const backend = await startBackend(t);
  const port = await freePort();
  const env = {
    MONITOR_PORT: String(port),
    MONITOR_BACKEND_URL: options.backendUrl?.(backend) ?? backend.url,
    MONITOR_API_KEY: API_KEY,
    MONITOR_REPORT_INTERVAL_SEC: '1',
    // On a busy machine it would else sample less often, and nothing here is about that.
    MONITOR_CPU_BUDGET_PCT: '100',
    ...options.env,
  };
  const daemon = new DaemonProcess(env, [], options.nodeArgs, options.wrapper);
  t.after(() => end(daemon));
  await until('the bridge to listen', () =>
    rawRequest(port, 'GET', '/health').then(
      () => true,
      () => false,
    ),
  );
  const ready = options.ready ?? (() => backend.arrival(({ heartbeat }) => heartbeat !== null));
  await ready({ backend, port });
  // The thread that looks what machine this is ends by itself.
  if (options.isInventoryExpected !== false) {
    // On a machine that is busy beyond measure it takes longer than it may, and is given up.
    const isGivenUp = () => daemon.lines.some(({ msg }) => msg === 'cannot read the host inventory');
    await healthWhen(port, ({ host }) => host !== null || isGivenUp());
  }
  const pid = daemon.child.pid ?? 0;
  return { daemon, pid, port, backend, before: await settledHoldings(pid) };
}

/**
 * Waits until each part of the daemon that is not struck has shown that it goes on: 40 frames more, 20 requests answered in a row with the
 * newest of them, 2 heartbeats more that are as they should be. Only a part that has stopped makes this fail.
 */
export async function assertGoesOn(
  { port, backend }: Pick<WholeDaemon, 'port' | 'backend'>,
  struck: { frames?: boolean; beats?: boolean } = {},
): Promise<void> {
  const beats = backend.heartbeats.length;
  const { ticks } = (await readHealth(port)).lanes.proc;
  for (let i = 0; i < REQUESTS; i++) {
    const { status, body } = await rawRequest(port, 'GET', '/telemetry');
    // Without frames the last one is told as long as it is the host's state, and then that there is none.
    if (struck.frames) assert.ok(status === 200 || status === 503, body);
    else assert.equal(status, 200, body);
  }
  if (!struck.frames) await healthWhen(port, ({ lanes }) => lanes.proc.ticks >= ticks + FRAMES);
  if (!struck.beats) await until('heartbeats', () => backend.heartbeats.length >= beats + BEATS);
}

/** Waits until /health says that all is well and /telemetry has every value. */
export async function assertRecovered({ port }: Pick<WholeDaemon, 'port'>): Promise<void> {
  await healthWhen(port, ({ status, problems }) => status === 'ok' && problems.length === 0);
  await telemetryWhen(
    port,
    (snapshot) => snapshot.stale === undefined && !Object.values(snapshot).includes(null),
  );
}

/** What was logged so far of a condition: that it came and that it was resolved, in order, without how long it lasted. */
export function told(lines: readonly LogLine[], condition: string): string[] {
  return lines
    .filter((line) => line['condition'] === condition)
    .map(({ level, msg }) => `${level} ${msg}`.replace(/ \(lasted [^)]*\)$/, ''));
}

/**
 * The same, as soon as it was logged `times` times that it was resolved: the log comes by another way than what /health says, and may be behind
 * it. What is missing after that long is missing.
 */
export async function toldOver(lines: readonly LogLine[], condition: string, times = 1): Promise<string[]> {
  const resolved = () => told(lines, condition).filter((line) => line.startsWith('info resolved: '));
  await until(`${condition} to be resolved`, () => resolved().length >= times).catch(() => {});
  return told(lines, condition);
}

/** Ends a daemon by `signals` and checks that it does so in the time that is promised, with 0, having said that it has. */
export async function assertStopsInTime(
  daemon: DaemonProcess,
  signals: readonly NodeJS.Signals[] = ['SIGTERM'],
): Promise<void> {
  const startMs = performance.now();
  for (const signal of signals) daemon.child.kill(signal);
  let code: number | string | undefined;
  void daemon.exited.then((how) => {
    code = how;
  });
  await until('the daemon to end', () => code !== undefined).catch(() => {});
  const tookMs = Math.round(performance.now() - startMs);
  assert.equal(code, 0, `${code ?? 'still there'} after ${tookMs} ms; ${daemon.stderr}`);
  assert.ok(tookMs <= STOP_LIMIT_MS, `${tookMs} ms`);
  assert.equal(daemon.stderr, '');
}
