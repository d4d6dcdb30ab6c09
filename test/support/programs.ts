import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';

/** How a program ended and all that it wrote. */
export interface Ended {
  readonly code: number | string;
  readonly output: string;
}

/** Where and in what a program runs. The environment is whole. */
export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** The process groups that were started here and have not ended. */
const groups = new Set<number>();

/** Starts a program in a process group of its own, so that all that it starts can be ended with it. */
export function startProgram(
  file: string,
  args: readonly string[],
  place: Place,
  onOutput: (text: string) => void,
): ChildProcessByStdio<null, Readable, Readable> {
  const child = spawn(file, args, { ...place, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid !== undefined) {
    groups.add(pid);
    child.on('close', () => killGroup(pid));
  }
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
  return child;
}

/** Runs a program to its end. After `limitMs` it is killed, and its code is 'SIGKILL'. */
export async function runProgram(
  file: string,
  args: readonly string[],
  options: Place & { readonly limitMs: number },
): Promise<Ended> {
  const { limitMs, ...place } = options;
  let output = '';
  const child = startProgram(file, args, place, (text) => {
    output += text;
  });
  const timer = setTimeout(() => killGroup(child.pid), limitMs);
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    return { code: code ?? signal ?? 'unknown', output };
  } finally {
    clearTimeout(timer);
  }
}

/** Kills the group of a process that was started here, if any of it still runs. */
export function killGroup(pid: number | undefined): void {
  if (pid === undefined || !groups.delete(pid)) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // Nothing of it runs any more.
  }
}

/** Kills all that was started here and still runs: for an end that nobody expected. */
export function killAllGroups(): void {
  for (const pid of [...groups]) killGroup(pid);
}
