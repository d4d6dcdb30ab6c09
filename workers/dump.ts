import { parentPort, workerData } from 'node:worker_threads';
import type { DumpTask } from '../src/shared/messages.js';
import { writeDump } from './dump/write-dump.js';

/** The entry of a thread that lives for one dump: writes it, tells the main thread how that went, and ends. */
parentPort?.postMessage(writeDump(workerData as DumpTask));
