import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

/** Everything that was started and has not ended. */
const children = new Set<ChildProcess>();

/** Sees to it that `child` does not outlive the bench. */
export function own(child: ChildProcess): void {
  children.add(child);
  child.once('exit', () => children.delete(child));
}

/** Ends whatever still runs, at once. For the end of the bench, however it comes. */
export function endChildren(): void {
  for (const child of children) child.kill('SIGKILL');
}

/** Ends one child, and resolves when it has ended. */
export async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Runs a program to its end, and returns what it printed; it is killed after `timeoutMs`. Rejects when it fails. */
export async function output(command: string, args: readonly string[], timeoutMs: number): Promise<string> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
  });
  own(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}: ${stderr.trim()}`);
  return stdout;
}
