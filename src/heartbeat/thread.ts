import { Worker } from 'node:worker_threads';
import { Restarts } from '../restarts.js';
import { messageOf } from '../shared/errors.js';
import type {
  BeatClass,
  HeartbeatCommand,
  HeartbeatMessage,
  HeartbeatReport,
  HeartbeatWorkerData,
  OpenClawMetadata,
} from '../shared/messages.js';
import { BEAT_CLASSES } from '../shared/messages.js';
import { within } from '../within.js';
import { workerFile } from '../worker-file.js';

const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 2 };
/** A thread that does not answer within this time at shutdown hangs, and its heartbeat is not waited for. */
const HEAR_MS = 1_000;
/** Two seconds for a heartbeat in flight, and some time for the thread to end. */
const STOP_MS = 2_100;
/** Timeouts of `terminate`: for a thread that responds, and for one that hangs. */
const TERMINATE_MS = 450;
const TERMINATE_HUNG_MS = 1_500;
/** Retry interval for a thread that died too often. Retries never stop: sampling and the bridge work without it. */
const SLOW_RESTART_MS = 60_000;

/** The interval between pings to the thread. */
const PING_MS = 5_000;
/** The thread is terminated after this many unanswered pings. Pings, not seconds: a suspended process does not hang. */
const GIVE_UP_PINGS = 3;
/** A thread that has not ended this long after `terminate` hangs in the kernel, and is replaced. */
const GIVE_UP_MS = 5_000;
/** If more threads than this hang in the kernel, no new one is started: each keeps its memory, and the next would probably hang, too. */
const MAX_HUNG = 2;

/** The variables for proxies and for the C library's DNS resolver. The thread needs nothing else of the environment. */
const NETWORK_VARIABLE = /^((https?|no)_proxy|RES_OPTIONS|LOCALDOMAIN)$/i;

/** Callbacks to the owner, all on the main thread. */
export interface HeartbeatEvents {
  result(report: HeartbeatReport): void;
  /** The thread ended unexpectedly, and will be restarted. */
  died(reason: string, restartInMs: number): void;
  /** `count` threads hang in the kernel and cannot be terminated. `isOut`: no new one is started until one of them ends. */
  hung(count: number, isOut: boolean): void;
}

/** The state of heartbeats, for /health. */
export interface HeartbeatState {
  readonly running: boolean;
  readonly restarts: number;
  readonly counts: Readonly<Record<BeatClass, number>>;
  readonly last: (HeartbeatReport & { readonly atMonoMs: number }) | null;
  /** When the last heartbeat was accepted; NaN: none yet. */
  readonly acceptedMonoMs: number;
}

/** The life cycle of the heartbeat thread: start, restart after a death, stop. Thread: main. */
export class HeartbeatThread {
  readonly #events: HeartbeatEvents;
  readonly #monoMs: () => number;
  readonly #restarts: Restarts;
  readonly #counts = Object.fromEntries(BEAT_CLASSES.map((name) => [name, 0])) as Record<BeatClass, number>;
  #data: HeartbeatWorkerData;
  #apiKey: string;
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #pingMs: number;
  #pingTimer: NodeJS.Timeout | null = null;
  #unansweredPings = 0;
  readonly #giveUpMs: number;
  readonly #file: URL;
  /** Threads that were given up and have not ended. */
  readonly #hung = new Set<Worker>();
  #last: HeartbeatState['last'] = null;
  #acceptedMonoMs = Number.NaN;
  #stopping = false;

  constructor(options: {
    data: HeartbeatWorkerData;
    apiKey: string;
    events: HeartbeatEvents;
    monoMs: () => number;
    pingMs?: number;
    giveUpMs?: number;
    file?: URL;
  }) {
    this.#data = options.data;
    this.#apiKey = options.apiKey;
    this.#events = options.events;
    this.#monoMs = options.monoMs;
    this.#restarts = new Restarts(options.monoMs);
    this.#pingMs = options.pingMs ?? PING_MS;
    this.#giveUpMs = options.giveUpMs ?? GIVE_UP_MS;
    this.#file = options.file ?? workerFile('heartbeat');
  }

  /** Starts the thread, unless `stop` was called: the first frame may come while the daemon shuts down. */
  start(): void {
    if (this.#stopping) return;
    const worker = new Worker(this.#file, {
      name: 'heartbeat',
      workerData: this.#data,
      resourceLimits: RESOURCE_LIMITS,
      env: Object.fromEntries(Object.entries(process.env).filter(([name]) => NETWORK_VARIABLE.test(name))),
    });
    this.#worker = worker;
    this.#send({ type: 'begin', apiKey: this.#apiKey });
    this.#timer = null;
    this.#restarts.started();
    let reason = 'the thread came to an end';
    worker.on('message', (message: HeartbeatMessage) => {
      // Messages of a thread that was replaced are ignored.
      if (worker === this.#worker) this.#take(message);
    });
    worker.on('error', (error) => {
      reason = messageOf(error);
    });
    this.#unansweredPings = 0;
    this.#pingTimer = setInterval(() => {
      if (this.#unansweredPings === GIVE_UP_PINGS) {
        reason = 'it hung, and was given up';
        void this.#giveUp(worker);
      }
      this.#unansweredPings++;
      this.#send({ type: 'ping' });
    }, this.#pingMs);
    // 'exit' follows 'error'. A thread that exits without an exception emits only 'exit'.
    worker.on('exit', () => (this.#hung.has(worker) ? this.#ended(worker) : this.#died(reason)));
  }

  get state(): HeartbeatState {
    return {
      running: this.#worker !== null,
      restarts: this.#restarts.total,
      counts: this.#counts,
      last: this.#last,
      acceptedMonoMs: this.#acceptedMonoMs,
    };
  }

  /** Sets the plugin's metadata for the next heartbeats. */
  setOpenClaw(openclaw: OpenClawMetadata): void {
    this.#data = { ...this.#data, openclaw };
    this.#send({ type: 'openclaw', openclaw });
  }

  /** Sets the boot ID of the host for the next heartbeats. */
  setBootId(bootId: string): void {
    this.#data = { ...this.#data, bootId };
    this.#send({ type: 'boot', bootId });
  }

  /** Sets the API key for the next heartbeats. */
  setApiKey(apiKey: string): void {
    this.#apiKey = apiKey;
    this.#send({ type: 'key', apiKey });
  }

  /** Gives a heartbeat in flight two seconds to finish. Resolves with false if the thread did not end in time. */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stopPinging();
    const worker = this.#worker;
    // A thread that hangs in the kernel prevents a normal exit of the process.
    if (worker === null) return this.#hung.size === 0;
    const ended = new Promise((resolve) => worker.once('exit', resolve));
    const heard = new Promise((resolve) =>
      worker.on('message', ({ type }: HeartbeatMessage) => type === 'pong' && resolve(null)),
    );
    const endsInTime = within(STOP_MS, ended);
    this.#send({ type: 'stop' });
    this.#send({ type: 'ping' });
    const hears = await within(HEAR_MS, Promise.race([ended, heard]));
    const hasEnded =
      (hears && (await endsInTime)) ||
      (await within(hears ? TERMINATE_MS : TERMINATE_HUNG_MS, worker.terminate()));
    return hasEnded && this.#hung.size === 0;
  }

  #send(command: HeartbeatCommand): void {
    this.#worker?.postMessage(command);
  }

  #stopPinging(): void {
    if (this.#pingTimer !== null) clearInterval(this.#pingTimer);
    this.#pingTimer = null;
  }

  #take(message: HeartbeatMessage): void {
    if (message.type === 'pong') {
      this.#unansweredPings = 0;
      return;
    }
    this.#count(message);
  }

  #count(report: HeartbeatReport): void {
    this.#counts[report.class]++;
    this.#last = { ...report, atMonoMs: this.#monoMs() };
    if (report.class === 'accepted') this.#acceptedMonoMs = this.#last.atMonoMs;
    this.#events.result(report);
  }

  /**
   * Terminates a thread that does not answer. A thread that hangs in the kernel stays there, but runs no JavaScript after `terminate`: it
   * cannot send heartbeats in parallel with its successor.
   */
  async #giveUp(worker: Worker): Promise<void> {
    const hasEnded = await within(this.#giveUpMs, worker.terminate());
    if (hasEnded || worker !== this.#worker || this.#stopping) return;
    this.#hung.add(worker);
    this.#events.hung(this.#hung.size, this.#isOut);
    this.#died('it hung, and cannot be terminated');
  }

  /** A thread that hung in the kernel has ended. */
  #ended(worker: Worker): void {
    const wasOut = this.#isOut;
    this.#hung.delete(worker);
    if (this.#stopping) return;
    this.#events.hung(this.#hung.size, this.#isOut);
    if (wasOut && this.#worker === null) this.#restartIn(0);
  }

  get #isOut(): boolean {
    return this.#hung.size > MAX_HUNG;
  }

  #died(reason: string): void {
    this.#worker = null;
    this.#stopPinging();
    if (this.#stopping) return;
    const delayMs = this.#restarts.died() ?? SLOW_RESTART_MS;
    this.#events.died(reason, delayMs);
    if (!this.#isOut) this.#restartIn(delayMs);
  }

  #restartIn(delayMs: number): void {
    this.#timer = setTimeout(() => this.start(), delayMs);
  }
}
