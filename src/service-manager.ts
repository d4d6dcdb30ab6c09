import { execFile } from 'node:child_process';
import type { Conditions } from './conditions.js';
import type { Clock } from './shared/clock.js';
import { T } from './shared/fields.js';
import type { FrameReader } from './shared/frame-store.js';
import { isFrameFresh } from './shared/pace.js';

/** systemd's own program: what it listens on is a socket of a kind that Node can't make. */
const PROGRAM = 'systemd-notify';
/** How long it may take to be heard. */
const SEND_MS = 5_000;
/** How often it is looked whether there is anything to say: until all is up, and then, where no watchdog asks for more. */
const STARTING_MS = 1_000;
const PERIOD_MS = 30_000;

/** What a service manager may ask for, in the environment that it starts a service with. */
export interface ServiceEnvironment {
  readonly PATH: string;
  readonly NOTIFY_SOCKET: string;
  /** Within this time it wants to hear of us, again and again; null: it does not. */
  readonly watchdogMs: number | null;
}

/** Reads what systemd asks for; null: nothing. Source: sd_notify(3), sd_watchdog_enabled(3). */
export function readServiceEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceEnvironment | null {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, PATH = '' } = env;
  if (!NOTIFY_SOCKET) return null;
  const watchdogMs = Number(WATCHDOG_USEC) / 1_000;
  const isMeant = !WATCHDOG_PID || Number(WATCHDOG_PID) === pid;
  return { PATH, NOTIFY_SOCKET, watchdogMs: isMeant && watchdogMs > 0 ? watchdogMs : null };
}

/**
 * Tells systemd that the daemon is ready once there is a fresh sample, what state it is in when that changes, and, for as long as samples
 * are fresh and the event loop turns, that it is alive. The backend has no say in it: an outage must not restart anything. Thread: main.
 * Starts one short process for each message; none of them gets more of the environment than the socket's name.
 */
export class ServiceManager {
  readonly #environment: ServiceEnvironment;
  readonly #frames: FrameReader;
  readonly #conditions: Conditions;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  #isReady = false;
  #hasFailed = false;
  #said = '';
  #timer: NodeJS.Timeout | null = null;

  constructor(options: {
    environment: ServiceEnvironment;
    frames: FrameReader;
    conditions: Conditions;
    clock: Clock;
    warn: (message: string) => void;
  }) {
    this.#environment = options.environment;
    this.#frames = options.frames;
    this.#conditions = options.conditions;
    this.#clock = options.clock;
    this.#warn = options.warn;
  }

  /** Says what there is to say now, and looks again in time. */
  look(): void {
    const { isFresh, intervalMs } = this.#frames.read(({ numbers }) => ({
      isFresh: isFrameFresh(numbers, this.#clock.monoMs()),
      intervalMs: numbers[T.interval_ms],
    })) ?? { isFresh: false };
    const words: string[] = [];
    if (isFresh && !this.#isReady) {
      this.#isReady = true;
      words.push('READY=1');
    }
    if (isFresh && this.#environment.watchdogMs !== null) words.push('WATCHDOG=1');
    const [problem, ...more] = this.#conditions.list();
    const late = this.#isReady ? 'no fresh sample comes' : 'starting';
    const well = isFresh ? `sampling every ${intervalMs} ms` : late;
    const status =
      problem === undefined ? well : `${problem}${more.length > 0 ? `; and ${more.length} more` : ''}`;
    if (status !== this.#said) words.push(`STATUS=${status}`);
    this.#said = status;
    if (words.length > 0) this.#send(words);
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.look(), this.#isReady ? this.#periodMs : STARTING_MS);
  }

  /** Says that the end has begun. */
  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#send(['STOPPING=1', 'STATUS=stopping']);
  }

  get #periodMs(): number {
    const { watchdogMs } = this.#environment;
    return watchdogMs === null ? PERIOD_MS : watchdogMs / 2;
  }

  #send(words: readonly string[]): void {
    const { PATH, NOTIFY_SOCKET } = this.#environment;
    const options = { env: { PATH, NOTIFY_SOCKET }, timeout: SEND_MS, killSignal: 'SIGKILL' } as const;
    execFile(PROGRAM, [...words], options, (error, _stdout, stderr) => {
      if (error !== null && !this.#hasFailed)
        this.#warn(`systemd was not told how we are: ${stderr.trim() || error.message}`);
      this.#hasFailed = error !== null;
    });
  }
}
