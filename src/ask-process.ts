import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { workerFile } from './worker-file.js';

/** A process that looks at what may hang, and how long it may take. */
export interface Asked<Message> {
  /** Its file among the workers, and what it is told on its command line. */
  readonly worker: Parameters<typeof workerFile>[0];
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** How long it may take to come up, and, from its message `begun` on, to come to its end. */
  readonly beginLimitMs: number;
  readonly limitMs: number;
  /** Takes each of its messages, and says whether no other is wanted. */
  readonly take: (message: Message) => boolean;
}

/**
 * Has a process of our own look at what may hang, which tells what it finds in lines of JSON. It can be ended, as no thread that waits for
 * a dead mount can be; one that not even the kernel can end is left behind, and nobody waits for it. Resolves when it has ended, its time
 * is up or enough was told, with why it could not be started, or null; never rejects. Thread: main; does not block.
 */
export function askProcess<Message extends { readonly type: string }>(
  asked: Asked<Message>,
): Promise<Error | null> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(workerFile(asked.worker)), ...asked.words], {
      cwd: '/',
      env: asked.env,
      // Not `ignore`: that takes a /dev/null, which not every container has.
      stdio: 'pipe',
    });
    const done = (failure: Error | null): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      child.unref();
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      resolve(failure);
    };
    let timer = setTimeout(done, asked.beginLimitMs, null);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      const lines = `${text}${more}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as Message;
        if (asked.take(message)) return done(null);
        if (message.type !== 'begun') continue;
        clearTimeout(timer);
        timer = setTimeout(done, asked.limitMs, null);
      }
    });
    child.once('close', () => done(null));
    child.once('error', done);
  });
}
