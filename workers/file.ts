import { open, stat } from 'node:fs/promises';
import { LOOK_LIMIT_MS } from '../src/shared/messages.js';

/**
 * Entry of a short-lived process, used where no shell is available: opens the file named by its argument and reads a byte. The file has
 * answered once the process ends. It opens regular files only, since a FIFO would wait for a writer.
 */
const [, , path = ''] = process.argv;

process.stdout.write(`${JSON.stringify({ type: 'begun' })}\n`);
// The parent kills this process earlier, unless the parent itself is gone.
const timer = setTimeout(() => process.kill(process.pid, 'SIGKILL'), LOOK_LIMIT_MS + 1_000);
void readByte()
  .catch(() => {})
  .finally(() => clearTimeout(timer));

async function readByte(): Promise<void> {
  if (!(await stat(path)).isFile()) return;
  const file = await open(path);
  await file.read(Buffer.alloc(1));
  await file.close();
}
