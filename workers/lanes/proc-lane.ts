import { createClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { runTicks } from './lane.js';
import { ProcSampler } from './proc-sampler.js';

/**
 * Samples the kernel's files at every tick until it is told to stop; calls `sampling` after the first.
 * Thread: the proc lane's, which it blocks.
 */
export function runProcLane(task: ProcLaneTask, sampling: () => void): void {
  const clock = createClock();
  const sampler = new ProcSampler({ ...task, clock });
  let first = true;
  try {
    runTicks({ ...task, control: new Control(task.shared), clock }, (deadlineMs, skipped) => {
      sampler.tick(deadlineMs, skipped);
      if (first) sampling();
      first = false;
    });
  } finally {
    sampler.close();
  }
}
