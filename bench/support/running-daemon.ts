import { randomBytes } from 'node:crypto';
import { DaemonProcess } from '../../test/support/daemon-process.js';
import { ReferenceBackend } from '../../test/support/reference-backend.js';
import { end, own } from './children.js';

const START_MS = 10_000;

/** How the daemon is to be run. */
export interface DaemonSettings {
  /** Default: the daemon's own. */
  readonly sampleIntervalMs?: number;
  readonly reportIntervalSec: number;
  /**
   * Default: the daemon's own, to which it keeps by sampling less often. Whoever wants a faster cadence than its default has to allow
   * for it.
   */
  readonly cpuBudgetPct?: number;
  /** Where it reads the kernel's files. Default: /proc. */
  readonly procfs?: string;
  /** For how long it records. Default: the daemon's own. */
  readonly historySec?: number;
  /** Words for Node, behind the daemon's own. */
  readonly nodeArgs?: readonly string[];
}

/** What `/health` says of the proc lane, as far as it is looked at. */
export interface ProcLaneHealth {
  readonly ticks: number;
  readonly missed_ticks: number;
  /** What it keeps to now, and what it was asked for. */
  readonly interval_ms: number;
  readonly interval_ms_configured: number;
}

/** The real daemon, as an operator would run it, with heartbeats to a backend that lives in this process. */
export class RunningDaemon {
  readonly pid: number;
  readonly address: string;
  readonly #daemon: DaemonProcess;
  readonly #backend: ReferenceBackend;

  private constructor(daemon: DaemonProcess, backend: ReferenceBackend, address: string) {
    this.pid = daemon.child.pid!;
    this.address = address;
    this.#daemon = daemon;
    this.#backend = backend;
  }

  /** Starts both, and resolves when the bridge listens. */
  static async start(settings: DaemonSettings): Promise<RunningDaemon> {
    const apiKey = randomBytes(12).toString('hex');
    const backend = await ReferenceBackend.start({ apiKey });
    const daemon = new DaemonProcess(
      {
        MONITOR_BACKEND_URL: backend.url,
        MONITOR_API_KEY: apiKey,
        MONITOR_SAMPLE_INTERVAL_MS: settings.sampleIntervalMs?.toString(),
        MONITOR_REPORT_INTERVAL_SEC: String(settings.reportIntervalSec),
        MONITOR_CPU_BUDGET_PCT: settings.cpuBudgetPct?.toString(),
        MONITOR_PROCFS: settings.procfs,
        MONITOR_HISTORY_SEC: settings.historySec?.toString(),
      },
      [],
      settings.nodeArgs,
    );
    own(daemon.child);
    try {
      const address = await Promise.race([daemon.address(), failAfter(START_MS, 'the daemon did not start')]);
      return new RunningDaemon(daemon, backend, address);
    } catch (error) {
      await end(daemon.child);
      await backend.stop();
      throw error;
    }
  }

  /** Resolves at the first heartbeat that the backend accepted. Rejects after `timeoutMs`, or when the daemon has ended. */
  async firstHeartbeat(timeoutMs: number): Promise<void> {
    const abort = new AbortController();
    try {
      await Promise.race([
        this.#backend.arrival(({ status }) => status === 200, abort.signal),
        failAfter(timeoutMs, 'no heartbeat was accepted'),
        this.#daemon.exited.then((how) => {
          throw new Error(`the daemon ended with ${how}`);
        }),
      ]);
    } finally {
      abort.abort();
    }
  }

  /** How many heartbeats were accepted. */
  get heartbeats(): number {
    return this.#backend.heartbeats.length;
  }

  /** Asks `/health`, which takes the daemon some CPU time; nothing is left to do when it has answered. */
  async procLane(): Promise<ProcLaneHealth> {
    const answer = await fetch(`${this.address}/health`, { headers: { connection: 'close' } });
    const { lanes } = (await answer.json()) as { lanes: { proc: ProcLaneHealth } };
    return lanes.proc;
  }

  /** Lets all its threads stand still until `resume`. */
  pause(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  resume(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Stops both, the daemon as its supervisor would. */
  async stop(): Promise<void> {
    this.resume();
    await Promise.race([this.#daemon.stop(), failAfter(5_000, 'the daemon did not stop').catch(() => {})]);
    await end(this.#daemon.child);
    await this.#backend.stop();
  }
}

function failAfter(ms: number, what: string): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`${what} within ${ms / 1000} s`)), ms).unref();
  });
}
