import { LOOK_LIMIT_MS, type TreesMessage } from '../src/shared/messages.js';
import { lookAtProcfs, lookAtRootfs } from './host/trees.js';

/**
 * The entry of a process that lives for a moment: looks at the trees that its two arguments name, an empty one being none, and tells of
 * each in a line. What hangs ends with it, even when whoever started it is gone.
 */
const tell = (message: TreesMessage): void => void process.stdout.write(`${JSON.stringify(message)}\n`);
const [, , procfs = '', rootfs = ''] = process.argv;

tell({ type: 'begun' });
// Whoever started it kills it before that, unless it is gone itself.
const timer = setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOOK_LIMIT_MS + 1_000);
void Promise.all([
  procfs === '' || lookAtProcfs(procfs).then((look) => tell({ type: 'procfs', look })),
  rootfs === '' || lookAtRootfs(rootfs).then((look) => tell({ type: 'rootfs', look })),
]).finally(() => clearTimeout(timer));
