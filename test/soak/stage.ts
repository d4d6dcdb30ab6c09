import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonProcess } from '../support/daemon-process.js';
import { type DnsServer, startDns } from '../support/fault-dns.js';
import { whyNoNamespace } from '../support/fault-namespace.js';
import { createFaults, type Faults } from '../support/faults.js';
import { type Scope, temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { createFrozenMount, type FrozenMount, whyNoMount } from '../support/frozen-mount.js';
import { type Holdings, settledHoldings } from '../support/leaks.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';
import { FlappingBackend } from './flapping-backend.js';
import { type Harm, harmArgs } from './harm.js';
import { KernelFiles } from './kernel-files.js';
import type { FaultsPlayed } from './options.js';

/** Heartbeats come so often that an hour has as many of them as a day has by default. */
export const REPORT_SECONDS = 2;
const BACKEND_NAME = 'backend.monitor.test';

/** The daemon and all that it lives among. What is null can't be had on this machine. */
export interface Stage {
  readonly daemon: DaemonProcess;
  readonly pid: number;
  readonly port: number;
  readonly backend: FlappingBackend;
  readonly keys: ApiKeys;
  readonly files: KernelFiles;
  readonly faults: Faults;
  readonly procfs: FrozenMount | null;
  readonly disk: FrozenMount | null;
  readonly dns: DnsServer | null;
  /** Why some faults can't be played here. */
  readonly missing: readonly string[];
  /** What the daemon held when all of it was at work and nothing had gone wrong. */
  readonly before: Holdings;
}

/** The backend's key, which changes now and then, and the file from which the daemon has it. */
export class ApiKeys {
  /** All that there have been. */
  readonly all: string[] = [];
  readonly path: string;

  constructor(scope: Scope) {
    this.path = join(temporaryFolder(scope), 'api-key');
    this.next();
    this.tell();
  }

  get current(): string {
    return this.all.at(-1) ?? '';
  }

  /** Makes another one, of which the daemon does not know. */
  next(): string {
    this.all.push(`soak-${randomBytes(12).toString('hex')}`);
    return this.current;
  }

  /** Puts the newest into the daemon's file. */
  tell(): void {
    writeFileSync(this.path, `${this.current}\n`, { mode: 0o600 });
  }
}

/**
 * Starts the real daemon with all that the soak needs, and waits until a heartbeat was accepted. Everything ends with `scope`.
 * Both mounts are there before the daemon: its view of the mounts is its own.
 */
export async function setStage(
  scope: Scope,
  options: { readonly intervalMs: number; readonly faults: FaultsPlayed; readonly harm: Harm | null },
): Promise<Stage> {
  const noMount = whyNoMount();
  const noNamespace = whyNoNamespace();
  const procfs = noMount === null ? await createFrozenMount(scope, '/proc') : null;
  const disk = noMount === null ? await createFrozenMount(scope) : null;
  const dns = noNamespace === null ? await startDns(scope, 'answers') : null;
  const keys = new ApiKeys(scope);
  const backend = await FlappingBackend.start(keys.current);
  scope.after(() => backend.stop());
  const files = new KernelFiles(scope);
  const faults = createFaults(scope);
  const port = await freePort();
  const env = {
    MONITOR_PORT: String(port),
    MONITOR_IDENTIFIER: 'soak',
    MONITOR_BACKEND_URL: `http://${dns === null ? '127.0.0.1' : BACKEND_NAME}:${backend.port}`,
    MONITOR_ALLOW_HTTP: '1',
    MONITOR_API_KEY_FILE: keys.path,
    MONITOR_REPORT_INTERVAL_SEC: String(REPORT_SECONDS),
    MONITOR_SAMPLE_INTERVAL_MS: String(options.intervalMs),
    // The cadence is to stay what it is, so that every frame can be accounted for.
    MONITOR_CPU_BUDGET_PCT: '100',
    MONITOR_PROCFS: files.path,
    MONITOR_DISK_PATH: disk?.path ?? '/',
  };
  const nodeArgs = options.faults === 'none' ? [] : faults.nodeArgs;
  // In a session of its own: Ctrl-C is for the soak, which then ends the daemon.
  const wrapper = ['setsid', ...(dns?.wrapper ?? [])];
  const daemon = new DaemonProcess(env, [], [...nodeArgs, ...harmArgs(options.harm)], wrapper);
  scope.after(async () => {
    daemon.child.kill('SIGCONT');
    daemon.child.kill('SIGKILL');
    await daemon.exited;
  });
  const ended = daemon.exited.then((code) => {
    throw new Error(`the daemon ended with ${code}: ${daemon.stderr}`);
  });
  ended.catch(() => {});
  const isUp = async (): Promise<boolean> =>
    rawRequest(port, 'GET', '/telemetry').then(
      ({ status }) => status === 200,
      () => false,
    );
  await Promise.race([ended, until('the daemon to be up', isUp)]);
  await until('the first heartbeat', () => backend.beats.some(({ fate }) => fate === 'accepted'));
  const pid = daemon.child.pid!;
  const missing = [noMount, noNamespace].filter((reason) => reason !== null);
  const before = await settledHoldings(pid);
  return { daemon, pid, port, backend, keys, files, faults, procfs, disk, dns, missing, before };
}
