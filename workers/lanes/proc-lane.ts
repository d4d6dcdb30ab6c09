import { createClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import { LaneLoop, MANY_TICKS } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';
import { dropTimerSlack } from './timer-slack.js';
import { WarmUp } from './warm-up.js';

/**
 * Samples the kernel's files at every tick until the daemon stops or another lane replaces this one. Calls `working` after the first tick
 * and the first turn of the warm-up. Thread: the proc lane's, which it blocks.
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

/** Ticks, with a turn of the warm-up after each tick, until it is done; calls `working` after the first. Returns false to end the lane. */
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
      // The turn's CPU time is not sampling.
      sampler.restartBudget();
      return isOver;
    };
    let isOver = turn();
    // Not earlier: a lane that keeps dying in its warm-up must not look healthy in between.
    working();
    while (!isOver && loop.run(1)) isOver = turn();
    return isOver;
  } finally {
    warmUp.close();
  }
}
