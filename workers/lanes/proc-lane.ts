import { createClock } from '../../src/shared/clock.js';
import { type Activity, Control } from '../../src/shared/control.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { runTicks } from './lane.js';
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
    runTicks(
      { ...task, control, clock },
      (deadlineMs, skipped) => {
        const intervalMs = sampler.tick(deadlineMs, skipped);
        if (warmUp !== null) {
          if (warmUp.turn()) {
            warmUp.close();
            warmUp = null;
          }
          sampler.restartBudget();
        }
        return intervalMs;
      },
      working,
    );
  } finally {
    warmUp?.close();
    sampler.close();
  }
}
