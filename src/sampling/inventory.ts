import { Worker } from 'node:worker_threads';
import { messageOf } from '../shared/errors.js';
import type { HostInventory, HostTrees, InventoryMessage } from '../shared/messages.js';
import { PROGRAM_PATH } from '../shared/program-path.js';
import { within } from '../within.js';
import { workerFile } from '../worker-file.js';

/** The host's files may hang, and so may the programs that `systeminformation` starts. */
const TIMEOUT_MS = 30_000;
/** Far more than it takes, except on a busy machine. */
const TERMINATE_MS = 2_000;

/**
 * Reads the host inventory in a thread that ends afterwards: the memory of the modules it loads is freed, and a faulty host can block
 * neither the lanes nor the bridge. Thread: main.
 */
export class InventoryReader {
  readonly #trees: HostTrees;
  #worker: Worker | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(trees: HostTrees) {
    this.#trees = trees;
  }

  /**
   * Starts the thread. Later calls either `found` or `failed`, unless `stop` is called first. Before that, calls `booted` if the boot ID is
   * known.
   */
  start(events: {
    found(inventory: HostInventory): void;
    failed(reason: string): void;
    booted(bootId: string): void;
  }): void {
    const worker = new Worker(workerFile('inventory'), {
      name: 'inventory',
      env: { PATH: PROGRAM_PATH },
      workerData: { procfs: this.#trees.procfs, rootfs: this.#trees.rootfs } satisfies HostTrees,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 },
    });
    this.#worker = worker;
    let answered = false;
    const failed = (reason: string): void => {
      if (!answered) events.failed(reason);
      answered = true;
    };
    worker.on('message', (message: InventoryMessage) => {
      if (message.type === 'boot') return events.booted(message.bootId);
      if (message.type === 'failed') return failed(message.reason);
      answered = true;
      events.found(message.inventory);
    });
    worker.on('error', (error) => failed(messageOf(error)));
    worker.on('exit', () => {
      if (this.#timer !== null) clearTimeout(this.#timer);
      if (this.#worker === worker) failed('the thread ended without an answer');
      this.#worker = null;
    });
    this.#timer = setTimeout(() => {
      failed(`no answer within ${TIMEOUT_MS / 1000} s`);
      void worker.terminate();
    }, TIMEOUT_MS);
    this.#timer.unref();
  }

  /** Terminates the thread if it is running. Resolves with false if it did not end in time. */
  async stop(): Promise<boolean> {
    const worker = this.#worker;
    this.#worker = null;
    return worker === null || within(TERMINATE_MS, worker.terminate());
  }
}
