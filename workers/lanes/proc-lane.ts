import { createClock } from '../../src/shared/clock.js';
import { type Activity, Control } from '../../src/shared/control.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { LaneLoop, type Ticking } from './lane.js';
import { ProcSampler } from './proc-sampler.js';
import { dropTimerSlack } from './timer-slack.js';
import { WarmUp } from './warm-up.js';

/**
 * Samples the kernel's files at every tick until it is told to stop; calls `working` after the first.
 * Thread: the proc lane's, which it blocks.
 */
export function runProcLane(task: ProcLaneTask, working: () => void): void {
  dropTimerSlack();
  const clock = createClock();
  const control = new Control(task.shared);
  const enter = (activity: Activity) => control.enter('proc', task.generation, activity);
  const sampler = new ProcSampler({ ...task, clock, enter });
  let warmUp: WarmUp | null = null;
  try {
    warmUp = new WarmUp({ ...task, clock });
    new LaneLoop({ ...task, control, clock }, new WarmingUp(sampler, warmUp)).run(working);
  } finally {
    warmUp?.close();
    sampler.close();
  }
}

/** Ticks, and warms up behind each tick until that is done. */
class WarmingUp implements Ticking {
  private readonly sampler: ProcSampler;
  private warmUp: WarmUp | null;

  constructor(sampler: ProcSampler, warmUp: WarmUp) {
    this.sampler = sampler;
    this.warmUp = warmUp;
  }

  tick(deadlineMs: number, skipped: number, nowMs: number): number {
    const intervalMs = this.sampler.tick(deadlineMs, skipped, nowMs);
    if (this.warmUp !== null) this.warm(this.warmUp);
    return intervalMs;
  }

  private warm(warmUp: WarmUp): void {
    if (warmUp.turn()) {
      warmUp.close();
      this.warmUp = null;
    }
    this.sampler.restartBudget();
  }
}
