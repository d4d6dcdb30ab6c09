import { LOOK_LIMIT_MS, type TreesMessage } from '../src/shared/messages.js';
import { lookAtProcfs, lookAtRootfs } from './host/trees.js';

/**
 * Entry of a short-lived process: inspects the procfs and the root named by its two arguments (empty: skip) and prints one line for each.
 * A read that hangs ends with the process, even if its parent is gone.
 */
const tell = (message: TreesMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const [, , procfs = '', rootfs = ''] = process.argv;

tell({ type: 'begun' });
// The parent kills this process earlier, unless the parent itself is gone.
const timer = setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOOK_LIMIT_MS + 1_000);
void Promise.all([
  procfs === '' || lookAtProcfs(procfs).then((look) => tell({ type: 'procfs', look })),
  rootfs === '' || lookAtRootfs(rootfs).then((look) => tell({ type: 'rootfs', look })),
]).finally(() => clearTimeout(timer));
