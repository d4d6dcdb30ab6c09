import { workerData } from 'node:worker_threads';
import { createClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { LaneLoop, MANY_TICKS, type Ticking } from '../../workers/lanes/lane.js';
import { runProcLane } from '../../workers/lanes/proc-lane.js';
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

/** The entry of a thread that ticks until it is told to stop: the proc lane itself, or its ticker and control words alone. */
function tick({ shared, intervalMs, samples, latenessMs, skipped, count }: LatenessTask): void {
  const clock = createClock();
  const control = new Control(shared);
  const generation = control.nextGeneration('proc');
  const note = (deadlineMs: number, left: number): void => {
    const index = count[0]!;
    latenessMs[index] = clock.monoMs() - deadlineMs;
    skipped[index] = left;
    count[0] = index + 1;
  };
  if (samples) {
    noteTicks(note);
    runProcLane(
      {
        lane: 'proc',
        generation,
        shared,
        procfs: '/proc',
        intervalMs,
        cpuWindowMs: 1_000,
        cpuBudgetPct: 100,
        diskStaleAfterMs: Number.POSITIVE_INFINITY,
        nginxStaleAfterMs: Number.POSITIVE_INFINITY,
      },
      () => {},
    );
  } else {
    const empty: Ticking = {
      tick: (deadlineMs, left) => {
        note(deadlineMs, left);
        return intervalMs;
      },
    };
    const loop = new LaneLoop({ lane: 'proc', generation, control, clock }, empty);
    if (loop.first()) while (loop.run(MANY_TICKS));
  }
}

/** Calls `note` as each tick of the lane begins. */
function noteTicks(note: (deadlineMs: number, left: number) => void): void {
  const { tick: sample } = ProcSampler.prototype;
  let lanes: ProcSampler | null = null;
  ProcSampler.prototype.tick = function (deadlineMs, left, nowMs) {
    // The lane may have another sampler, to warm up with, whose ticks are of no time; its own comes first.
    lanes ??= this;
    if (this === lanes) note(deadlineMs, left);
    return sample.call(this, deadlineMs, left, nowMs);
  };
}

tick(workerData as LatenessTask);
