import { readFileSync } from 'node:fs';
import { parentPort, workerData } from 'node:worker_threads';

/** Stands in for the heartbeat thread, and hangs in the kernel at once: it reads the file that its identifier names, a FIFO. */
const { identifier } = workerData as { identifier: string };
parentPort?.on('message', ({ type }: { type: string }) => {
  if (type === 'begin') readFileSync(identifier);
  if (type === 'ping') parentPort?.postMessage({ type: 'pong' });
  if (type === 'stop') parentPort?.close();
});
