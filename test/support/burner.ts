import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, Worker, workerData } from 'node:worker_threads';

/**
 * A process that burns all CPUs together for 150 ms in every second of the wall clock, until it is ended. On SIGTERM it prints the CPU time
 * that it had, in ms, and ends.
 */
const EVERY_MS = 1_000;
const BURN_MS = 150;

function burn(fromMs: number): never {
  const nap = new Int32Array(new SharedArrayBuffer(4));
  for (let beginMs = fromMs; ; beginMs += EVERY_MS) {
    Atomics.wait(nap, 0, 0, Math.max(0, beginMs - Date.now()));
    while (Date.now() < beginMs + BURN_MS);
  }
}

if (isMainThread) {
  const fromMs = Date.now() + EVERY_MS;
  for (let i = 0; i < availableParallelism(); i++)
    new Worker(fileURLToPath(import.meta.url), { workerData: fromMs });
  process.on('SIGTERM', () => {
    const { user, system } = process.cpuUsage();
    process.stdout.write(`${(user + system) / 1_000}\n`, () => process.exit(0));
  });
} else {
  burn(workerData as number);
}
