import { open, stat } from 'node:fs/promises';
import { LOOK_LIMIT_MS } from '../src/shared/messages.js';

/**
 * The entry of a process that lives for a moment, where there is no shell to do this: opens the file that its argument names and reads a
 * byte. It has answered when this ends. What is no file is not opened, since a FIFO would wait for a writer.
 */
const [, , path = ''] = process.argv;

process.stdout.write(`${JSON.stringify({ type: 'begun' })}\n`);
// Whoever started it kills it before that, unless it is gone itself.
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
