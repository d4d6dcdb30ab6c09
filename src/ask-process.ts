import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { messageOf } from './shared/errors.js';
import { workerFile } from './worker-file.js';

const MAX_QUOTED = 100;

/** A process to run, and its time limits. */
export interface Asked<Message> {
  /** The program and its arguments, for example from `workerCommand()`. */
  readonly command: readonly [program: string, ...args: string[]];
  readonly env: Readonly<Record<string, string>>;
  /** Time limits: until the process prints `begun`, and from then until it finishes. */
  readonly beginLimitMs: number;
  readonly limitMs: number;
  /** Handles a message. Returns true if no further message is needed. */
  readonly take?: (message: Message) => boolean;
  /** Aborting it kills the process at once. */
  readonly signal?: AbortSignal | undefined;
}

/** The outcome. */
export interface AskResult {
  /** Why the process failed: not spawned, not started in time, crashed, malformed output or aborted; null: no failure. */
  readonly failure: string | null;
  /** Whether it timed out. Without a failure it started but did not finish: the file or tree that it checks hangs. */
  readonly isLate: boolean;
  /** Resolves when the process and its children have ended: never, if they stay in uninterruptible sleep. */
  readonly ended: Promise<void>;
}

/** The command that runs a worker file as a process. */
export function workerCommand(
  name: Parameters<typeof workerFile>[0],
  ...args: string[]
): [string, ...string[]] {
  return [process.execPath, fileURLToPath(workerFile(name)), ...args];
}

/**
 * Runs a process for work that may hang forever, such as opening a file on a dead mount. The process prints its results as lines of JSON. A
 * process can be killed; a hung thread cannot, and it keeps its own process from exiting. A process that survives SIGKILL is abandoned and
 * does not keep this process alive. Resolves when the process exits, times out, has printed enough, or `signal` is aborted; never rejects.
 * Thread: main; does not block.
 */
export function askProcess<Message extends { readonly type: string }>(
  asked: Asked<Message>,
): Promise<AskResult> {
  const { command, env, beginLimitMs, limitMs, take, signal } = asked;
  const [program, ...args] = command;
  let child: ChildProcess;
  try {
    // Its own process group, so that a kill reaches its children. Not `ignore`, which opens /dev/null: some containers lack it.
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
    // The spawn failed: `error` follows, and after EMFILE there are no pipes.
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
    // Drain stderr, so that a process that writes a lot to it does not block.
    child.stderr?.resume();
  });
}

/** Returns null if the line is not JSON. */
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
    // The whole group has ended.
  }
}

/** Keeps the child from holding this process open. Its output stays open: `close` shows that all its children have ended. */
function letGo(child: ChildProcess): void {
  child.unref();
  child.stdin?.destroy();
  for (const pipe of [child.stdout, child.stderr]) (pipe as Socket | null)?.unref();
}
