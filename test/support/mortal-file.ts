import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { symlinkSync } from 'node:fs';
import type { TestContext } from 'node:test';

/**
 * Puts a kernel file at `path` that vanishes under its reader's open descriptor when `kill` is called, as no file of a disk
 * does: a symbolic link to the `comm` of a process whose name is `text` (15 bytes at most; the kernel adds a newline).
 */
export async function createMortalFile(
  t: TestContext,
  path: string,
  text: string,
): Promise<{ kill(): Promise<void> }> {
  // The shell names itself, says that it has done so, and then waits for the end of its input.
  const child = spawn('/bin/sh', ['-c', 'printf %s "$0" > /proc/$$/comm; echo named; read -r _', text], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  t.after(() => child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  symlinkSync(`/proc/${child.pid}/comm`, path);
  return {
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
