import { MessageChannel, type Worker } from 'node:worker_threads';
import { Piscina } from 'piscina';
import { Restarts } from '../restarts.js';
import { type Control, LANES, type LaneName } from '../shared/control.js';
import { MonitorError, messageOf } from '../shared/errors.js';
import type { LaneMessage, LaneTask } from '../shared/messages.js';
import { within } from '../within.js';
import { workerFile } from '../worker-file.js';

/** The lanes keep a few buffers and no history. */
const RESOURCE_LIMITS = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 2 };
/** Timeout for a thread to start and begin its lane. */
const START_MS = 15_000;
/** How often to check whether a lane that was given up while it wrote has finished or ended. */
const WRITING_LOOK_MS = 1_000;
/** Timeout for a lane to see the stop word. */
const STOP_MS = 600;
/** Timeout for a thread to end after that: on a busy machine it has to wait for CPU time. */
const DESTROY_MS = 1_200;
/** … and for one that probably hangs in the kernel: it will not end. */
const DESTROY_HUNG_MS = 500;

/** The pool's two threads, still idle. */
export type SamplerThreads = Piscina;

/**
 * Starts the pool's threads. They take as long to start as the rest of the daemon takes to load, so they are started first.
 * Thread: main.
 */
export function bootThreads(): SamplerThreads {
  const threads = new Piscina({
    filename: workerFile('sampler').href,
    minThreads: LANES.length,
    maxThreads: LANES.length,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // A thread that waits on Piscina's own word could not wait on ours.
    atomics: 'disabled',
    resourceLimits: RESOURCE_LIMITS,
    // The lanes need no environment variables, least of all the API key.
    env: {},
  });
  // Piscina replaces a thread that dies while idle. If a thread dies with a lane, the lane's task fails, and `ended` handles it.
  threads.on('error', () => {});
  return threads;
}

/** The task of a lane, without the parts that the pool adds. */
export type LaneWork = LaneTask extends infer Task
  ? Task extends LaneTask
    ? Omit<Task, 'generation'>
    : never
  : never;

/** Callbacks to the owner, all on the main thread. */
export interface LaneEvents {
  /** A lane's thread or task ended unexpectedly. `restartInMs` null: it is not restarted. */
  died(lane: LaneName, reason: string, restartInMs: number | null): void;
  /** A lane did its work for the first time since its start. */
  working(lane: LaneName): void;
}

interface LaneState {
  readonly restarts: Restarts;
  running: boolean;
  abort: AbortController;
  timer: NodeJS.Timeout | null;
  /** Runs until the lane's thread has started. */
  startTimer: NodeJS.Timeout | undefined;
  ended: Promise<void>;
  /** The thread of the previous lane, which was given up; null: the previous lane has ended. */
  givenUp: Worker | null;
}

/**
 * The sampler pool: a Piscina pool of two threads, each of which runs one lane as an endless task. The only file that uses Piscina.
 * Thread: main.
 */
export class LanePool {
  readonly #pool: SamplerThreads;
  readonly #control: Control;
  readonly #works: Readonly<Record<LaneName, LaneWork>>;
  readonly #events: LaneEvents;
  readonly #lanes: Record<LaneName, LaneState>;
  #stopping = false;
  readonly #startMs: number;
  /** Threads that were given up and have not ended yet: they hang in the kernel, and Piscina no longer tracks them. */
  readonly #hung = new Map<Worker, Promise<void>>();
  /** Why a thread without a lane last died; empty once all lanes have threads. */
  #threadProblem = '';

  constructor(options: {
    threads: SamplerThreads;
    control: Control;
    works: Readonly<Record<LaneName, LaneWork>>;
    events: LaneEvents;
    monoMs: () => number;
    startMs?: number;
  }) {
    this.#startMs = options.startMs ?? START_MS;
    this.#control = options.control;
    this.#works = options.works;
    this.#events = options.events;
    const lane = (): LaneState => ({
      restarts: new Restarts(options.monoMs),
      running: false,
      abort: new AbortController(),
      timer: null,
      startTimer: undefined,
      ended: Promise.resolve(),
      givenUp: null,
    });
    this.#lanes = { proc: lane(), disk: lane() };
    this.#pool = options.threads;
    this.#pool.on('error', (error) => {
      this.#threadProblem = messageOf(error);
    });
  }

  /** Starts both lanes. */
  start(): void {
    for (const lane of LANES) this.#run(lane);
  }

  isRunning(lane: LaneName): boolean {
    return this.#lanes[lane].running;
  }

  restartCount(lane: LaneName): number {
    return this.#lanes[lane].restarts.total;
  }

  /** Gives up a lane that no longer advances: terminates its thread and counts the lane as dead. Ignores a lane that is dead already. */
  giveUp(lane: LaneName): void {
    if (this.#lanes[lane].running) this.#abort(lane, 'it hung, and was given up');
  }

  /**
   * Stops the lanes and their threads. Resolves with false if a thread did not end in time. A thread that hangs in the kernel cannot be
   * terminated, and the process then cannot exit normally.
   */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    for (const lane of LANES) {
      const { timer, startTimer } = this.#lanes[lane];
      if (timer !== null) clearTimeout(timer);
      clearTimeout(startTimer);
    }
    this.#control.stop();
    // Do not wait for a disk lane that waits for a file system: `destroy` terminates it.
    const waited = LANES.filter((lane) => lane === 'proc' || !this.#control.isAsking);
    await within(STOP_MS, Promise.all(waited.map((lane) => this.#lanes[lane].ended)));
    const mayHang = this.#hung.size > 0 || this.#control.isAsking;
    const ended = Promise.all([this.#pool.destroy(), ...this.#hung.values()]);
    return within(mayHang ? DESTROY_HUNG_MS : DESTROY_MS, ended);
  }

  #run(lane: LaneName): void {
    const state = this.#lanes[lane];
    const generation =
      state.givenUp === null ? this.#control.nextGeneration(lane) : this.#control.replace(lane);
    if (generation === null) {
      state.timer = setTimeout(() => this.#run(lane), WRITING_LOOK_MS);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.on('message', ({ type }: LaneMessage) => {
      if (type === 'working') return this.#events.working(lane);
      clearTimeout(state.startTimer);
      state.running = true;
      if (LANES.every((each) => this.#lanes[each].running)) this.#threadProblem = '';
    });
    port1.unref();
    state.abort = new AbortController();
    state.timer = null;
    state.givenUp = null;
    state.restarts.started();
    // A thread that fails during its start does not fail its task, which would wait for another thread forever.
    const { abort } = state;
    state.startTimer = setTimeout(() => this.#abort(lane, this.#startProblem()), this.#startMs);
    const task = { ...this.#works[lane], generation, port: port2 };
    const ended = (reason: string): void => {
      // A thread that was given up may resume and send more messages, by which time the lane belongs to its successor.
      port1.close();
      this.#died(lane, reason);
    };
    state.ended = this.#pool.run(task, { signal: abort.signal, transferList: [port2] }).then(
      () => ended('the lane came to an end'),
      // After an abort, the reason is in the signal.
      (error: unknown) => ended(messageOf(abort.signal.aborted ? abort.signal.reason : error)),
    );
  }

  /** Ends a lane and its thread, if it has one yet, and tracks the thread until it ends: one that hangs in the kernel does not. */
  #abort(lane: LaneName, reason: string): void {
    const state = this.#lanes[lane];
    const before = this.#pool.threads;
    state.abort.abort(new Error(reason));
    const left = new Set(this.#pool.threads);
    for (const thread of before) {
      if (left.has(thread)) continue;
      state.givenUp = thread;
      const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()));
      this.#hung.set(thread, ended);
      void ended.then(() => {
        this.#hung.delete(thread);
        if (state.givenUp === thread) state.givenUp = null;
      });
    }
  }

  #startProblem(): string {
    return `its thread did not come up${this.#threadProblem === '' ? '' : `: ${this.#threadProblem}`}`;
  }

  #died(lane: LaneName, reason: string): void {
    const state = this.#lanes[lane];
    state.running = false;
    clearTimeout(state.startTimer);
    if (this.#stopping) return;
    const delayMs = state.restarts.died();
    this.#events.died(lane, reason, delayMs);
    if (delayMs === null) return;
    state.timer = setTimeout(() => this.#run(lane), delayMs);
  }
}

/** The error with which the daemon ends when a lane died too often. */
export function laneFailed(lane: LaneName, reason: string): MonitorError {
  return new MonitorError('LANE_FAILED', `the ${lane} lane died too often, the last time of: ${reason}`, {
    context: { lane },
  });
}
