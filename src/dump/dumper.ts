import { tmpdir } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Config } from '../config.js';
import type { Logger } from '../log.js';
import type { Clock } from '../shared/clock.js';
import { messageOf } from '../shared/errors.js';
import { recorderRows } from '../shared/layout.js';
import type { DumpMessage, DumpTask } from '../shared/messages.js';
import { within } from '../within.js';
import { workerFile } from '../worker-file.js';
import { dumpFolder } from './folder.js';

/** The minimum time between the starts of two dumps, and between two logged refusals. */
export const MIN_SPACING_MS = 5_000;
/** When a slow dump is logged. A local disk takes a few seconds at most for the largest dump. */
const LATE_MS = 10_000;
/** At shutdown: how long to wait for the dump to be written, … */
const FINISH_MS = 700;
/** … then for its thread to remove the incomplete file, … */
const ABANDON_MS = 200;
/** … and then for the thread to terminate. A thread that waits for a dead mount does not. */
const TERMINATE_MS = 400;

/** A dump in progress. */
interface Writing {
  readonly worker: Worker;
  readonly abandoned: Int32Array<SharedArrayBuffer>;
  readonly ended: Promise<void>;
}

/** The dependencies of a dumper. */
export interface DumperOptions {
  readonly config: Pick<Config, 'dumpDir'>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly shared: SharedArrayBuffer;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Writes the contents of the flight recorder to a file on request, in a thread that ends afterwards, so that a folder on a dead mount
 * blocks nothing else. Writes one dump at a time, at most one per MIN_SPACING_MS. The log reports the outcome of each. Thread: main.
 */
export class Dumper {
  readonly #shared: SharedArrayBuffer;
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #folder: string;
  #writing: Writing | null = null;
  #isStopping = false;
  #startedMs = Number.NEGATIVE_INFINITY;
  #refusedMs = Number.NEGATIVE_INFINITY;

  constructor({ config, env, shared, log, clock }: DumperOptions) {
    this.#shared = shared;
    this.#log = log;
    this.#clock = clock;
    this.#folder = dumpFolder(config.dumpDir, env, tmpdir());
  }

  /** Starts a dump, or logs why not: one line for all requests refused within MIN_SPACING_MS. Throws nothing. */
  dump(): void {
    const nowMs = this.#clock.monoMs();
    const obstacle = this.#obstacle(nowMs);
    if (obstacle !== null) {
      if (nowMs - this.#refusedMs < MIN_SPACING_MS) return;
      this.#refusedMs = nowMs;
      this.#warn(`no dump is written: ${obstacle}`);
      return;
    }
    this.#startedMs = nowMs;
    this.#refusedMs = Number.NEGATIVE_INFINITY;
    try {
      this.#writing = this.#start();
    } catch (error) {
      this.#tell({ type: 'failed', reason: messageOf(error) });
    }
  }

  /** Waits briefly for a dump to finish. Resolves with false if its thread hangs. */
  async stop(): Promise<boolean> {
    this.#isStopping = true;
    if (this.#writing === null) return true;
    const { worker, abandoned, ended } = this.#writing;
    if (await within(FINISH_MS, ended)) return true;
    Atomics.store(abandoned, 0, 1);
    if (await within(ABANDON_MS, ended)) return true;
    if (await within(TERMINATE_MS, worker.terminate())) return true;
    this.#warn('no dump was written: its folder gives no answer');
    return false;
  }

  #obstacle(nowMs: number): string | null {
    if (this.#isStopping) return 'the daemon is ending';
    if (recorderRows(this.#shared) === 0) return 'nothing is recorded, since MONITOR_HISTORY_SEC is 0';
    if (this.#writing !== null) return 'another is being written';
    const waitMs = this.#startedMs + MIN_SPACING_MS - nowMs;
    return waitMs > 0 ? `rate limit: the next one is possible in ${Math.ceil(waitMs / 1_000)} s` : null;
  }

  #start(): Writing {
    const abandoned = new Int32Array(new SharedArrayBuffer(4));
    const task: DumpTask = {
      shared: this.#shared,
      abandoned,
      folder: this.#folder,
      wallMs: this.#clock.wallMs(),
    };
    const worker = new Worker(workerFile('dump'), {
      name: 'dump',
      env: {},
      workerData: task,
      resourceLimits: { maxOldGenerationSizeMb: 32, maxYoungGenerationSizeMb: 4 },
    });
    const late = setTimeout(
      () => this.#warn('the dump is not written yet: its folder is slow, or gives no answer'),
      LATE_MS,
    );
    late.unref();
    let outcome: DumpMessage = { type: 'failed', reason: 'its thread was ended before that' };
    worker.on('message', (message: DumpMessage) => {
      outcome = message;
    });
    worker.on('error', (error) => {
      outcome = { type: 'failed', reason: messageOf(error) };
    });
    const ended = new Promise<void>((resolve) => {
      worker.on('exit', () => {
        clearTimeout(late);
        // Only after the thread has ended: a reader of the log may request another dump at once.
        this.#writing = null;
        this.#tell(outcome);
        resolve();
      });
    });
    return { worker, abandoned, ended };
  }

  #warn(text: string): void {
    this.#log.warn({ folder: this.#folder }, text);
  }

  #tell(message: DumpMessage): void {
    if (message.type === 'failed') {
      this.#log.error({ folder: this.#folder }, `no dump was written: ${message.reason}`);
    } else {
      const { path, rows, bytes } = message;
      this.#log.info({ path, rows, bytes }, 'dump of the flight recorder written');
    }
  }
}
