import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProbeMessage, ProbeTask } from '../../shared/probe.js';
import { workerFile } from '../../worker-file.js';

/** How long a process may take to come up on a machine that is busy. */
const BEGIN_LIMIT_MS = 8_000;

/**
 * Has a process look at what may hang, and takes what it tells until it ends, `isEnough` says so, or `limitMs` have passed since it began.
 * One that hangs in the kernel, which nothing can end, is left behind. Resolves with what was told by then; never rejects. Thread: main.
 */
export async function askProbe(
  task: ProbeTask,
  limitMs: number,
  isEnough: (message: ProbeMessage) => boolean = () => false,
): Promise<ProbeMessage[]> {
  const messages: ProbeMessage[] = [];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(workerFile('probe')), JSON.stringify(task)], {
      cwd: '/',
      env: { PATH: task.searchPath },
      stdio: 'pipe',
    });
    const done = (): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      child.unref();
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      resolve(messages);
    };
    let timer = setTimeout(done, BEGIN_LIMIT_MS);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      const lines = `${text}${more}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as ProbeMessage;
        messages.push(message);
        if (isEnough(message)) return done();
        if (message.type !== 'begun') continue;
        clearTimeout(timer);
        timer = setTimeout(done, limitMs);
      }
    });
    child.once('close', done);
    child.once('error', done);
  });
}

/** The newest message of a kind; undefined: there is none. */
export function messageOf<Type extends ProbeMessage['type']>(
  messages: readonly ProbeMessage[],
  type: Type,
): Extract<ProbeMessage, { type: Type }> | undefined {
  return messages.findLast((message) => message.type === type) as
    | Extract<ProbeMessage, { type: Type }>
    | undefined;
}

/** Why something could not be had; undefined: nothing was said of it. */
export function failureOf(
  messages: readonly ProbeMessage[],
  what: Extract<ProbeMessage, { type: 'failed' }>['what'],
): string | undefined {
  const failed = messages.find((message) => message.type === 'failed' && message.what === what);
  return failed?.type === 'failed' ? failed.reason : undefined;
}
