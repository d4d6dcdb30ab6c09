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
/** How long a thread may take to come up and begin with its lane. */
const START_MS = 15_000;
/** How often to check whether a lane that was given up while it wrote has finished or ended. */
const WRITING_LOOK_MS = 1_000;
/** How long a lane may take to see the stop word. */
const STOP_MS = 600;
/** How long a thread may take to end after that: on a machine that is busy it has to wait for its turns. */
const DESTROY_MS = 1_200;
/** … and one that hangs in the kernel, as far as can be told: it will not end. */
const DESTROY_HUNG_MS = 500;

/** The pool's two threads, with nothing to do yet. */
export type SamplerThreads = Piscina;

/**
 * Starts the pool's threads. They take as long to come up as the rest of the daemon takes to load, so they are started first.
 * Thread: main.
 */
export function bootThreads(): SamplerThreads {
  const threads = new Piscina({
    filename: workerFile('sampler').href,
    minThreads: LANES.length,
    maxThreads: LANES.length,
    concurrentTasksPerWorker: 1,
    idleTimeout: Number.POSITIVE_INFINITY,
    // A thread that sleeps on Piscina's own word could not sleep on ours.
    atomics: 'disabled',
    resourceLimits: RESOURCE_LIMITS,
    // The lanes need nothing of the environment, the API key least of all.
    env: {},
  });
  // A thread that dies while it is idle is replaced by Piscina; a lane on it makes its task fail, which is where it is handled.
  threads.on('error', () => {});
  return threads;
}

/** What a lane is to do; the pool fills in the rest. */
export type LaneWork = LaneTask extends infer Task
  ? Task extends LaneTask
    ? Omit<Task, 'generation'>
    : never
  : never;

/** What the pool tells its owner. All are called on the main thread. */
export interface LaneEvents {
  /** A lane's thread or task came to an end that nobody asked for. `restartInMs` null: it is not started again. */
  died(lane: LaneName, reason: string, restartInMs: number | null): void;
  /** A lane did its work for the first time since it was started. */
  working(lane: LaneName): void;
}

interface LaneState {
  readonly restarts: Restarts;
  running: boolean;
  abort: AbortController;
  timer: NodeJS.Timeout | null;
  /** Runs until the lane's thread has come up. */
  startTimer: NodeJS.Timeout | undefined;
  ended: Promise<void>;
  /** The thread of the lane before, which was given up; null: that lane has ended. */
  givenUp: Worker | null;
}

/**
 * The sampler pool: a Piscina pool of two threads, each with one lane as a task that does not end. The only file that knows Piscina.
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
  /** Threads that were given up and have not ended yet: they hang in the kernel, and Piscina has forgotten them. */
  readonly #hung = new Map<Worker, Promise<void>>();
  /** Why a thread without a lane died last; empty once all lanes have threads. */
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

  /** Gives a lane up that does not advance any more: its thread is ended, and the lane counts as dead. One that is dead already is left. */
  giveUp(lane: LaneName): void {
    if (this.#lanes[lane].running) this.#abort(lane, 'it hung, and was given up');
  }

  /**
   * Stops the lanes and their threads. Returns false when a thread could not be ended in time: one that hangs in the kernel can't be, and
   * the process then can't exit in the usual way.
   */
  async stop(): Promise<boolean> {
    this.#stopping = true;
    for (const lane of LANES) {
      const { timer, startTimer } = this.#lanes[lane];
      if (timer !== null) clearTimeout(timer);
      clearTimeout(startTimer);
    }
    this.#control.stop();
    // Nobody waits for a disk lane that waits for a file system: the rest is up to `destroy`.
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
    // A thread that fails while it comes up takes no task with it: the task would wait for another for ever.
    const { abort } = state;
    state.startTimer = setTimeout(() => this.#abort(lane, this.#startProblem()), this.#startMs);
    const task = { ...this.#works[lane], generation, port: port2 };
    const ended = (reason: string): void => {
      // A thread that was given up may have more to say when it resumes: about a lane that is another's by then.
      port1.close();
      this.#died(lane, reason);
    };
    state.ended = this.#pool.run(task, { signal: abort.signal, transferList: [port2] }).then(
      () => ended('the lane came to an end'),
      // An abort says why in its cause.
      (error: unknown) => ended(messageOf(abort.signal.aborted ? abort.signal.reason : error)),
    );
  }

  /** Ends a lane with its thread, if it has one yet, and notes that thread until it has ended: one that hangs in the kernel does not. */
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
