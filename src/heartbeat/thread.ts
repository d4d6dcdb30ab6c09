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
/** A thread that has not heard by then that it is to stop hangs, and no heartbeat of it is worth waiting for. */
const HEAR_MS = 1_000;
/** Two seconds for a heartbeat that is on its way, and some for the thread to end. */
const STOP_MS = 2_100;
/** How long a thread may take that is not asked any more. */
const TERMINATE_MS = 450;
const TERMINATE_HUNG_MS = 1_500;
/** A thread that died too often is tried this seldom, but for ever: the host is watched and served without it. */
const SLOW_RESTART_MS = 60_000;

/** How often the thread is asked whether it is there. */
const PING_MS = 5_000;
/** So many pings in a row without an answer, and it is ended. Pings, not seconds: a process that was stopped is not hung. */
const GIVE_UP_PINGS = 3;
/** A thread that has not ended this long after it was given up hangs in the kernel, and is replaced. */
const GIVE_UP_MS = 5_000;
/** If more than this many hang in the kernel, no other is started: each keeps its memory, and the next would probably hang, too. */
const MAX_HUNG = 2;

/** What names a proxy, and the C library to ask DNS. Nothing else of the environment is of use to the thread. */
const NETWORK_VARIABLE = /^((https?|no)_proxy|RES_OPTIONS|LOCALDOMAIN)$/i;

/** What the thread tells its owner. All are called on the main thread. */
export interface HeartbeatEvents {
  result(report: HeartbeatReport): void;
  /** It came to an end that nobody asked for, and is started again. */
  died(reason: string, restartInMs: number): void;
  /** So many threads hang in the kernel and cannot be terminated; `isOut`: none is started until one of them ends. */
  hung(count: number, isOut: boolean): void;
}

/** How heartbeats went, for /health. */
export interface HeartbeatState {
  readonly running: boolean;
  readonly restarts: number;
  readonly counts: Readonly<Record<BeatClass, number>>;
  readonly last: (HeartbeatReport & { readonly atMonoMs: number }) | null;
  /** When the last one was accepted; NaN: none was. */
  readonly acceptedMonoMs: number;
}

/** The heartbeat thread's life: started, started again when it dies, stopped. Thread: main. */
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
  /** Given up, and not ended. */
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

  /** Starts the thread, unless it was stopped before: the first frame may come when the daemon is on its way out. */
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
    // 'exit' comes after 'error', and without it when the thread ended itself.
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

  /** The next heartbeats carry this. */
  setOpenClaw(openclaw: OpenClawMetadata): void {
    this.#data = { ...this.#data, openclaw };
    this.#send({ type: 'openclaw', openclaw });
  }

  /** The next heartbeats tell that it is this boot of the host. */
  setBootId(bootId: string): void {
    this.#data = { ...this.#data, bootId };
    this.#send({ type: 'boot', bootId });
  }

  /** The next heartbeats are signed with this. */
  setApiKey(apiKey: string): void {
    this.#apiKey = apiKey;
    this.#send({ type: 'key', apiKey });
  }

  /** Lets a heartbeat in flight finish, for two seconds. Returns false when the thread could not be ended in time. */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#stopPinging();
    const worker = this.#worker;
    // A thread that hangs in the kernel keeps the process from ending in the usual way.
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
   * cannot send heartbeats beside its successor.
   */
  async #giveUp(worker: Worker): Promise<void> {
    const hasEnded = await within(this.#giveUpMs, worker.terminate());
    if (hasEnded || worker !== this.#worker || this.#stopping) return;
    this.#hung.add(worker);
    this.#events.hung(this.#hung.size, this.#isOut);
    this.#died('it hung, and cannot be terminated');
  }

  /** A thread that hung in the kernel came out of it. */
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
