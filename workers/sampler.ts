import type { MessagePort } from 'node:worker_threads';
import { checkSharedMemory } from '../src/shared/layout.js';
import type { LaneMessage, LaneTask } from '../src/shared/messages.js';
import { runDiskLane } from './lanes/disk-lane.js';
import { runProcLane } from './lanes/proc-lane.js';

/**
 * Entry of the sampler pool's threads: runs one lane until the daemon stops. `port` carries the lane's two messages to the main thread;
 * it receives nothing.
 */
export default function runLane(task: LaneTask & { readonly port: MessagePort }): void {
  const { port } = task;
  checkSharedMemory(task.shared);
  try {
    const tell = (type: LaneMessage['type']) => port.postMessage({ type } satisfies LaneMessage);
    tell('started');
    if (task.lane === 'proc') runProcLane(task, () => tell('working'));
    else runDiskLane(task, () => tell('working'));
  } finally {
    port.close();
  }
}
