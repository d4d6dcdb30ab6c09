import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { messageOf } from './shared/errors.js';
import { workerFile } from './worker-file.js';

const MAX_QUOTED = 100;

/** What a process is asked to do, and how long it may take. */
export interface Asked<Message> {
  /** The program and its arguments, such as `workerCommand()` gives. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Time limit for the process to come up, and, from its message `begun` on, to finish. */
  readonly beginLimitMs: number;
  readonly limitMs: number;
  /** Takes each message, and says whether no other is wanted. */
  readonly take?: (message: Message) => boolean;
  /** Gives up at once when aborted. */
  readonly signal?: AbortSignal | undefined;
}

/** How it went. */
export interface AskResult {
  /** Why the process could not be started, did not come up or crashed; null: none of these. */
  readonly failure: string | null;
  /** Whether its time was up. Without a failure it came up and did not finish: what it looks at hangs. */
  readonly isLate: boolean;
  /** Resolves when the process and its children have ended. In uninterruptible sleep they may stay for ever. */
  readonly ended: Promise<void>;
}

/** The command that runs a file among the workers as a process. */
export function workerCommand(
  name: Parameters<typeof workerFile>[0],
  ...args: string[]
): [string, ...string[]] {
  return [process.execPath, fileURLToPath(workerFile(name)), ...args];
}

/**
 * Runs a process that does what may hang for ever, such as opening a file on a dead mount, and prints its results as lines of JSON. A
 * process can be killed; a hung thread cannot, and keeps its process from exiting. A process that survives SIGKILL is abandoned and does
 * not keep this process alive. Resolves when it exits, times out, has printed enough, or `signal` is aborted; never rejects.
 * Thread: main; does not block.
 */
export function askProcess<Message extends { readonly type: string }>(
  asked: Asked<Message>,
): Promise<AskResult> {
  const { command, env, beginLimitMs, limitMs, take, signal } = asked;
  const [program, ...args] = command;
  let child: ChildProcess;
  try {
    // In a group of its own, so that its children are killed with it. Not `ignore`: that opens /dev/null, which not every container has.
    child = spawn(program, args, { cwd: '/', env, detached: true, stdio: 'pipe' });
  } catch (error) {
    // Node throws for ENOMEM and others; for EAGAIN, EMFILE and ENOENT it emits `error`.
    return Promise.resolve({ failure: messageOf(error), isLate: false, ended: Promise.resolve() });
  }
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve()).once('error', () => resolve());
  });
  return new Promise((resolve) => {
    let isDone = false;
    let isClosed = false;
    const done = (failure: string | null, isLate = false): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      process.off('exit', kill);
      signal?.removeEventListener('abort', abort);
      if (!isClosed) kill();
      letGo(child);
      resolve({ failure, isLate, ended });
    };
    const kill = (): void => killGroup(child);
    const abort = (): void => done('aborted');
    const tooSlow = (): void => done(`the process did not start within ${beginLimitMs / 1000} s`, true);
    let timer = setTimeout(tooSlow, beginLimitMs);
    child.once('error', ({ message }) => done(message));
    child.once('close', (code, by) => {
      isClosed = true;
      done(code === 0 ? null : `the process exited with ${by ?? code}`);
    });
    // It was not started: `error` follows, and after EMFILE there are no pipes.
    if (child.pid === undefined) return;
    process.once('exit', kill);
    signal?.addEventListener('abort', abort);
    if (signal?.aborted === true) abort();
    let text = '';
    child.stdout?.setEncoding('utf8').on('data', (more: string) => {
      const lines = `${text}${more}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const message = parse<Message>(line);
        if (message === null) return done(`the process printed ${JSON.stringify(line.slice(0, MAX_QUOTED))}`);
        if (take?.(message) === true) return done(null);
        if (isDone || message.type !== 'begun') continue;
        clearTimeout(timer);
        timer = setTimeout(done, limitMs, null, true);
      }
    });
    // Read, so that a process that complains at length does not wait for a reader.
    child.stderr?.resume();
  });
}

/** Null: it is not JSON. */
function parse<Message>(line: string): Message | null {
  try {
    return JSON.parse(line) as Message;
  } catch {
    return null;
  }
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
}

/** Nothing of it keeps this process alive. Its output stays open, which tells by its end that all of its children are gone. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.stdin?.destroy();
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket | null)?.unref();
}
