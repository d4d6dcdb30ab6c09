/** A Node that does nothing, with as many threads that do nothing: `empty-threads.js THREADS`. Says when all are up; ends when its input does. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const LIMITS = { maxOldGenerationSizeMb: 24, maxYoungGenerationSizeMb: 2 };

const threads = Array.from(
  { length: Number(process.argv[2]) },
  () => new Worker('setInterval(() => {}, 1e6)', { eval: true, env: {}, resourceLimits: LIMITS }),
);
await Promise.all(threads.map((thread) => once(thread, 'online')));
process.stdout.write('up\n');
process.stdin.resume().on('end', () => process.exit(0));
