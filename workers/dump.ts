import { parentPort, workerData } from 'node:worker_threads';
import type { DumpTask } from '../src/shared/messages.js';
import { writeDump } from './dump/write-dump.js';

/** Entry of a thread that writes one dump, reports the result to the main thread and ends. */
parentPort?.postMessage(writeDump(workerData as DumpTask));
