import type { MessagePort } from 'node:worker_threads';
import { checkSharedMemory } from '../src/shared/layout.js';
import type { LaneTask } from '../src/shared/messages.js';
import { runDiskLane } from './lanes/disk-lane.js';
import { runProcLane } from './lanes/proc-lane.js';

/**
 * The entry of the sampler pool's threads: runs one lane until the daemon stops. `port` carries the lane's few words to the main
 * thread; nothing is received on it.
 */
export default async function runLane(task: LaneTask & { readonly port: MessagePort }): Promise<void> {
  checkSharedMemory(task.shared);
  try {
    if (task.lane === 'proc') runProcLane(task);
    else await runDiskLane(task, task.port);
  } finally {
    task.port.close();
  }
}
