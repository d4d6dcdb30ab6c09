import { execFile } from 'node:child_process';
import type { Conditions } from './conditions.js';
import type { Clock } from './shared/clock.js';
import { messageOf } from './shared/errors.js';
import { T } from './shared/fields.js';
import type { FrameReader } from './shared/frame-store.js';
import { isFrameFresh } from './shared/pace.js';
import { PROGRAM_PATH } from './shared/program-path.js';

/** systemd listens on a datagram socket, which Node cannot open. */
const PROGRAM = 'systemd-notify';
/** Without a watchdog: the minimum time between status messages, and the maximum backoff after failures. */
const PERIOD_MS = 30_000;
const LOOK_MS = 1_000;
const SEND_MS = 5_000;
/**
 * With a watchdog, as shares of its timeout: the ping interval, a send that hangs and the next check together leave three eighths of it to
 * spare.
 */
const PERIOD_SHARE = 1 / 4;
const SEND_SHARE = 1 / 4;
const LOOK_SHARE = 1 / 8;
/** systemd discards a message of more than 4096 bytes; a character takes up to 4. */
const MAX_PROBLEM_CHARS = 200;

/** What a service manager requests through a service's environment. */
export interface ServiceEnvironment {
  readonly NOTIFY_SOCKET: string;
  /** The watchdog timeout: pings must arrive at shorter intervals; null: no watchdog. */
  readonly watchdogMs: number | null;
}

/** Reads what systemd requests; null: nothing. Source: sd_notify(3), sd_watchdog_enabled(3). */
export function readServiceEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): ServiceEnvironment | null {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = env;
  if (!NOTIFY_SOCKET) return null;
  const watchdogMs = Number(WATCHDOG_USEC) / 1_000;
  const isMeant = !WATCHDOG_PID || Number(WATCHDOG_PID) === pid;
  return { NOTIFY_SOCKET, watchdogMs: isMeant && watchdogMs > 0 ? watchdogMs : null };
}

/** Sends one message. Rejects if systemd did not accept it. `signal` cancels the attempt. */
export type Notify = (words: readonly string[], signal: AbortSignal) => Promise<void>;

/** Sends through systemd-notify, whose environment contains only PATH and NOTIFY_SOCKET. */
export function systemdNotify({ NOTIFY_SOCKET }: ServiceEnvironment): Notify {
  return (words, signal) =>
    new Promise((resolve, reject) => {
      const options = { env: { PATH: PROGRAM_PATH, NOTIFY_SOCKET }, signal, killSignal: 'SIGKILL' } as const;
      execFile(PROGRAM, [...words], options, (error, _stdout, stderr) => {
        if (error === null) resolve();
        else reject(stderr.trim() === '' ? error : new Error(stderr.trim()));
      });
    });
}

/** Calls `run` once after `delayMs`. The returned function cancels that. */
export type SetTimer = (run: () => void, delayMs: number) => () => void;

const setRealTimer: SetTimer = (run, delayMs) => {
  const timer = setTimeout(run, delayMs);
  return () => clearTimeout(timer);
};

/**
 * Reports to systemd: readiness once there is a fresh sample, the status, and watchdog pings while samples are fresh and the event loop
 * runs. A message counts once systemd has accepted it. The backend does not matter here: an outage must not restart anything.
 * Thread: main. Starts one short process per message, never two at a time, so that messages arrive in order.
 */
export class ServiceManager {
  readonly #frames: FrameReader;
  readonly #conditions: Conditions;
  readonly #clock: Pick<Clock, 'monoMs'>;
  readonly #warn: (message: string) => void;
  readonly #notify: Notify;
  readonly #setTimer: SetTimer;
  readonly #hasWatchdog: boolean;
  readonly #periodMs: number;
  readonly #lookMs: number;
  readonly #sendMs: number;
  #isReady = false;
  #isStopped = false;
  /** The last status that systemd accepted. */
  #status = '';
  /** Failed sends in a row. */
  #failures = 0;
  /** Whether the last accepted message contained a ping. */
  #hasPinged = false;
  /** When the next message is due. */
  #dueMs = Number.NEGATIVE_INFINITY;
  /** Set while a message is being sent. */
  #sending: AbortController | null = null;
  #hasSkippedLook = false;
  #cancelLook = (): void => {};

  constructor(options: {
    watchdogMs: ServiceEnvironment['watchdogMs'];
    frames: FrameReader;
    conditions: Conditions;
    clock: Pick<Clock, 'monoMs'>;
    warn: (message: string) => void;
    notify: Notify;
    setTimer?: SetTimer;
  }) {
    const deadlineMs = options.watchdogMs ?? Number.POSITIVE_INFINITY;
    this.#frames = options.frames;
    this.#conditions = options.conditions;
    this.#clock = options.clock;
    this.#warn = options.warn;
    this.#notify = options.notify;
    this.#setTimer = options.setTimer ?? setRealTimer;
    this.#hasWatchdog = options.watchdogMs !== null;
    this.#periodMs = this.#hasWatchdog ? deadlineMs * PERIOD_SHARE : PERIOD_MS;
    this.#lookMs = Math.min(LOOK_MS, deadlineMs * LOOK_SHARE);
    this.#sendMs = Math.min(SEND_MS, deadlineMs * SEND_SHARE);
  }

  /** Sends what is due, and schedules the next check within a second. */
  look(): void {
    if (this.#isStopped) return;
    this.#cancelLook();
    this.#cancelLook = this.#setTimer(() => this.look(), this.#lookMs);
    if (this.#sending !== null) {
      this.#hasSkippedLook = true;
      return;
    }
    const nowMs = this.#clock.monoMs();
    const frame = this.#frames.read(({ numbers }) => ({
      isFresh: isFrameFresh(numbers, nowMs),
      willBeFresh: isFrameFresh(numbers, nowMs + this.#lookMs),
      intervalMs: numbers[T.interval_ms],
    }));
    const isFresh = frame?.isFresh === true;
    const becomesReady = isFresh && !this.#isReady;
    // The sampler may have stalled: a last ping now lets the stall last for nearly the whole watchdog timeout.
    const isLastChance = isFresh && !frame.willBeFresh;
    // The stall is over: the wait after a status message that was sent meanwhile must not delay the next ping.
    const isOverdue = isFresh && !this.#hasPinged;
    const isPingUrgent = this.#hasWatchdog && (isLastChance || isOverdue);
    const isUrgent = (becomesReady || isPingUrgent) && this.#failures === 0;
    if (nowMs < this.#dueMs && !isUrgent) return;
    const status = this.#describe(isFresh ? `sampling every ${frame.intervalMs} ms` : null);
    const words: string[] = [];
    if (becomesReady) words.push('READY=1');
    const pings = isFresh && this.#hasWatchdog;
    if (pings) words.push('WATCHDOG=1');
    if (status !== this.#status) words.push(`STATUS=${status}`);
    if (words.length === 0) return;
    this.#send(words, () => {
      this.#isReady ||= becomesReady;
      this.#status = status;
      this.#hasPinged = pings;
      this.#dueMs = nowMs + this.#periodMs;
    });
  }

  /** Reports that the daemon stops. Aborts a message that is being sent, so that nothing arrives after this one. */
  stop(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#cancelLook();
    this.#sending?.abort();
    this.#send(['STOPPING=1', 'STATUS=stopping'], () => {});
  }

  /** The status on one line. `sampling`: the status while samples are fresh; null: there is no fresh sample. */
  #describe(sampling: string | null): string {
    const [problem, ...more] = this.#conditions.list();
    if (problem !== undefined)
      return `${oneLine(problem)}${more.length > 0 ? `; and ${more.length} more` : ''}`;
    return sampling ?? (this.#isReady ? 'no fresh sample comes' : 'starting');
  }

  #send(words: readonly string[], taken: () => void): void {
    const sending = new AbortController();
    this.#sending = sending;
    this.#hasSkippedLook = false;
    const cancelLimit = this.#setTimer(
      () => sending.abort(new Error(`no answer within ${this.#sendMs / 1000} s`)),
      this.#sendMs,
    );
    this.#notify(words, sending.signal)
      .then(taken)
      .then(
        () => this.#sent(sending, null),
        (error: unknown) =>
          this.#sent(sending, messageOf(sending.signal.aborted ? sending.signal.reason : error)),
      )
      .finally(cancelLimit);
  }

  #sent(sending: AbortController, problem: string | null): void {
    // Aborted in favour of the STOPPING message.
    if (this.#sending !== sending) return;
    this.#sending = null;
    if (problem !== null) {
      if (this.#failures === 0) this.#warn(`systemd-notify failed: ${problem}`);
      // With a watchdog, retry at once. Without one, back off, so that a missing program is not started every second.
      const pauseMs = this.#hasWatchdog ? 0 : Math.min(PERIOD_MS, LOOK_MS * 2 ** this.#failures);
      this.#failures++;
      this.#dueMs = this.#clock.monoMs() + pauseMs;
      return;
    }
    this.#failures = 0;
    if (this.#hasSkippedLook) this.look();
  }
}

/** Puts external text, such as a line of a file, on one line: a line break would start another variable of the message. */
function oneLine(text: string): string {
  const chars = [...text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ').trim()];
  return chars.length <= MAX_PROBLEM_CHARS
    ? chars.join('')
    : `${chars.slice(0, MAX_PROBLEM_CHARS - 1).join('')}…`;
}
