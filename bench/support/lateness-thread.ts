import { hostname } from 'node:os';
import { workerData } from 'node:worker_threads';
import { createClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { runTicks, type TickWork } from '../../workers/lanes/lane.js';
import { ProcSampler } from '../../workers/lanes/proc-sampler.js';

/** What the thread is handed. All memory is shared, and is read when the thread has ended. */
export interface LatenessTask {
  readonly shared: SharedArrayBuffer;
  readonly intervalMs: number;
  /** Whether a tick does what the proc lane's does, or nothing. */
  readonly samples: boolean;
  /** How late each tick began, ms. As many as there is room for. */
  readonly latenessMs: Float64Array<SharedArrayBuffer>;
  /** How many ticks before each were left out. */
  readonly skipped: Float64Array<SharedArrayBuffer>;
  /** How many ticks there were. */
  readonly count: Int32Array<SharedArrayBuffer>;
}

/** The entry of a thread that ticks as the proc lane does, with the lane's ticker, control words and sampler, until it is told to stop. */
function tick({ shared, intervalMs, samples, latenessMs, skipped, count }: LatenessTask): void {
  const clock = createClock();
  const control = new Control(shared);
  const generation = control.nextGeneration('proc');
  const sampler = new ProcSampler({
    shared,
    identifier: hostname(),
    procfs: '/proc',
    intervalMs,
    cpuWindowMs: 1_000,
    diskStaleAfterMs: Number.POSITIVE_INFINITY,
    nginxStaleAfterMs: Number.POSITIVE_INFINITY,
    clock,
  });
  const work: TickWork = samples ? (deadlineMs, left) => sampler.tick(deadlineMs, left) : () => {};
  runTicks(
    { lane: 'proc', generation, intervalMs, control, clock },
    (deadlineMs, left) => {
      const index = count[0]!;
      latenessMs[index] = clock.monoMs() - deadlineMs;
      skipped[index] = left;
      count[0] = index + 1;
      work(deadlineMs, left);
    },
    () => {},
  );
  sampler.close();
}

tick(workerData as LatenessTask);
