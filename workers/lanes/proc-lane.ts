import { createClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { LaneLoop, MANY_TICKS } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';
import { dropTimerSlack } from './timer-slack.js';
import { WarmUp } from './warm-up.js';

/**
 * Samples the kernel's files at every tick until it is told to stop; calls `working` after the first and the beginning of the warm-up.
 * Thread: the proc lane's, which it blocks.
 */
export function runProcLane(task: ProcLaneTask, working: () => void): void {
  dropTimerSlack();
  const clock = createClock();
  const sampler = new ProcSampler({ ...task, clock });
  const loop = new LaneLoop({ ...task, control: new Control(task.shared), clock }, sampler);
  try {
    if (loop.first() && warmUp({ ...task, clock }, loop, sampler, working)) while (loop.run(MANY_TICKS));
  } finally {
    sampler.close();
  }
}

/** Ticks, and warms up behind each tick, until that is done; calls `working` after the first turn. Returns false when it is time to end. */
function warmUp(
  options: ProcSamplerOptions,
  loop: LaneLoop,
  sampler: ProcSampler,
  working: () => void,
): boolean {
  const warmUp = new WarmUp(options);
  try {
    const turn = () => {
      const isOver = warmUp.turn();
      // What that took was not for sampling.
      sampler.restartBudget();
      return isOver;
    };
    let isOver = turn();
    // Not earlier: a lane that dies in its warm-up each time is not healthy in between.
    working();
    while (!isOver && loop.run(1)) isOver = turn();
    return isOver;
  } finally {
    warmUp.close();
  }
}
