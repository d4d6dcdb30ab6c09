import { createClock } from '../src/shared/clock.js';
import { messageOf } from '../src/shared/errors.js';
import type { ProbeMessage, ProbeTask } from '../src/shared/probe.js';
import { readDisk } from './host/disk-reading.js';
import { readKernel } from './host/kernel-reading.js';

/**
 * Entry of a short-lived process: reads what `doctor` compares and prints it as JSON lines. It is a process because a read that hangs then
 * ends with it, or is left behind without blocking anything else. Its argument is a ProbeTask as JSON.
 */
const LIMIT_MS = 30_000;
/** Number of kernel readings. Several, because an event between our reading and another tool's would look like a difference. */
const KERNEL_READINGS = 3;

const task = JSON.parse(process.argv[2] ?? '') as ProbeTask;
const tell = (message: ProbeMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);

tell({ type: 'begun' });
setTimeout(() => process.kill(process.pid, 'SIGKILL'), LIMIT_MS).unref();
// The parent is gone.
process.stdout.on('error', () => process.exit(1));
void look().catch((error: unknown) => tell({ type: 'failed', what: task.topic, reason: messageOf(error) }));

async function look(): Promise<void> {
  if (task.topic === 'disk') await readDisk(task, tell);
  else for (let i = 0; i < KERNEL_READINGS; i++) tell(await readKernel(task.procfs, createClock()));
}
