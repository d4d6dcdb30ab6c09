import type { Conditions, Problem } from '../conditions.js';
import { type Config, rereadApiKey } from '../config.js';
import type { Logger } from '../log.js';
import { keyFiles } from '../secret-files.js';
import type { HeartbeatReport, OpenClawMetadata } from '../shared/messages.js';
import type { FileLook } from '../silent-files.js';
import { type HeartbeatState, HeartbeatThread } from './thread.js';

/** The path of the heartbeat endpoint below the backend's URL. */
const HEARTBEAT_PATH = 'monitor/server/heartbeat-v2';
/** How often to look for a new key while the backend refuses the current one. */
const KEY_LOOK_MS = 10_000;

/**
 * Reporting to the backend: creates the heartbeat thread from the configuration, and turns the results of heartbeats into log lines and
 * conditions. Thread: main.
 */
export class Reporting {
  readonly #config: Config;
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #log: Logger;
  readonly #conditions: Conditions;
  /** Null: heartbeats are off. */
  readonly #thread: HeartbeatThread | null;
  #hasAcceptedBeat = false;
  #refusal: Problem = { summary: '' };
  /** Runs from a refused key until a heartbeat has another result. */
  #keyTimer: NodeJS.Timeout | null = null;
  #isLooking = false;

  constructor(options: {
    config: Config;
    /** The environment, for rereading the API key. */
    env: Readonly<Record<string, string | undefined>>;
    log: Logger;
    conditions: Conditions;
    shared: SharedArrayBuffer;
    version: string;
    monoMs: () => number;
  }) {
    const { config, conditions } = options;
    this.#config = config;
    this.#env = options.env;
    this.#log = options.log;
    this.#conditions = conditions;
    if (config.backendUrl === undefined || config.apiKey === null) {
      this.#thread = null;
      return;
    }
    const base = config.backendUrl.href;
    this.#thread = new HeartbeatThread({
      data: {
        shared: options.shared,
        url: `${base}${base.endsWith('/') ? '' : '/'}${HEARTBEAT_PATH}`,
        identifier: config.identifier,
        userAgent: `harborforge-monitor/${options.version}`,
        intervalMs: config.reportIntervalSec * 1000,
        openclaw: null,
        extended: config.heartbeatExtended,
        bootId: null,
      },
      apiKey: config.apiKey.value.reveal(),
      events: {
        result: (report) => this.#take(report),
        died: (reason) =>
          conditions.set(
            'heartbeat.thread',
            { summary: 'the heartbeat thread died', detail: reason },
            'error',
          ),
        hung: (count, isOut) => conditions.set('heartbeat.hung', describeHung(count, isOut), 'error'),
      },
      monoMs: options.monoMs,
    });
  }

  /** Logs whether heartbeats are on, and to which backend. */
  announce(): void {
    const { backendUrl, reportIntervalSec } = this.#config;
    if (this.#thread === null) this.#log.info('heartbeats are off: MONITOR_BACKEND_URL is not set');
    else this.#log.info({ backend: backendUrl?.href, every_seconds: reportIntervalSec }, 'heartbeats are on');
  }

  start(): void {
    this.#thread?.start();
  }

  /** Null: heartbeats are off. */
  get state(): HeartbeatState | null {
    return this.#thread?.state ?? null;
  }

  /** Sets the plugin's metadata for the next heartbeats. */
  setOpenClaw(metadata: OpenClawMetadata): void {
    this.#thread?.setOpenClaw(metadata);
  }

  /** Sets the boot ID of the host for the next heartbeats, if they include it. */
  setBootId(bootId: string): void {
    this.#thread?.setBootId(bootId);
  }

  /** Gives a heartbeat in flight two seconds to finish. Resolves with false if the thread did not end in time. */
  async stop(): Promise<boolean> {
    this.#stopLookingForKey();
    return this.#thread?.stop() ?? true;
  }

  #take(report: HeartbeatReport): void {
    // Not at the restart: a thread that dies at once every time would be logged twice a minute forever.
    this.#conditions.set('heartbeat.thread', null);
    if (report.class !== 'unauthorized') this.#stopLookingForKey();
    switch (report.class) {
      case 'accepted':
        this.#conditions.set('heartbeat', null);
        if (!this.#hasAcceptedBeat) {
          this.#log.info({ backend: this.#config.backendUrl?.href }, 'first heartbeat accepted');
        }
        this.#hasAcceptedBeat = true;
        return;
      case 'unauthorized':
        this.#refused(report.detail ?? '');
        return;
      default:
        this.#conditions.set('heartbeat', {
          summary: `heartbeat ${report.class.replace('_', ' ')}`,
          detail: report.detail,
        });
    }
  }

  /** Reports it once, and looks for a new key until the backend accepts one: the next regular heartbeat is minutes away. */
  #refused(detail: string): void {
    const origin = this.#config.apiKey?.origin ?? '';
    this.#refusal = { summary: `the backend refuses the API key from ${origin}`, detail };
    if (this.#keyTimer === null) {
      this.#conditions.set('heartbeat', this.#refusal, 'error');
      this.#keyTimer = setInterval(() => void this.#lookForKey(), KEY_LOOK_MS);
    }
    void this.#lookForKey();
  }

  async #lookForKey(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { reason, ended } = await lookAtFiles(keyFiles(this.#env, this.#config.apiKeyFile));
    // Otherwise processes that cannot be killed would pile up.
    void ended.then(() => {
      this.#isLooking = false;
    });
    // The backend has accepted a key meanwhile, or the daemon stops.
    if (this.#keyTimer === null) return;
    const key = reason ?? rereadApiKey(this.#config, this.#env);
    const problem =
      typeof key === 'string' ? `${this.#refusal.summary}, and there is no other: ${key}` : this.#refusal;
    this.#conditions.set('heartbeat', problem, 'error');
    if (key !== null && typeof key !== 'string') this.#thread?.setApiKey(key.value.reveal());
  }

  #stopLookingForKey(): void {
    if (this.#keyTimer !== null) clearInterval(this.#keyTimer);
    this.#keyTimer = null;
  }
}

function describeHung(count: number, isOut: boolean): string | null {
  if (count === 0) return null;
  const threads = count === 1 ? 'a heartbeat thread hangs' : `${count} heartbeat threads hang`;
  const rest = isOut ? 'no heartbeats are sent until one of them ends' : 'another one sends heartbeats';
  return `${threads} in the kernel and cannot be terminated; ${rest}`;
}

/** Checks the files. `reason`: why one of them must not be opened; null: all of them answer. */
async function lookAtFiles(files: readonly string[]): Promise<FileLook> {
  const { lookAtFile } = await import('../silent-files.js');
  const looks = await Promise.all(
    files.map(async (file) => {
      const { reason, ended } = await lookAtFile(file);
      return { reason: reason === null ? null : `${file} ${reason}`, ended };
    }),
  );
  return {
    reason: looks.find(({ reason }) => reason !== null)?.reason ?? null,
    ended: Promise.all(looks.map(({ ended }) => ended)).then(() => {}),
  };
}
