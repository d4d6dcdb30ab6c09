import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Running } from '../peer.js';
import { endTree, ownTree } from '../process-tree.js';

const READY_MS = 20_000;
const POLL_MS = 50;
const STDERR_SHOWN = 300;

/** Starts a program whose output nobody wants, in `folder`. Rejects when it cannot be started. */
export async function startProgram(
  command: readonly [string, ...string[]],
  options: { readonly folder: string; readonly url?: string },
): Promise<Running> {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd: options.folder, stdio: ['ignore', 'ignore', 'pipe'] });
  await spawned(child);
  let stderr = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-STDERR_SHOWN);
  });
  const url = options.url ?? null;
  if (url !== null) {
    try {
      await whenItAnswers(url, child);
    } catch (error) {
      await endTree(child);
      throw new Error(`${program}: ${(error as Error).message} ${stderr.trim()}`);
    }
  }
  return { pid: child.pid!, command, url, stop: () => endTree(child) };
}

/**
 * Starts a process that reads lines and answers each with a line: `hot` ones take a number of samples and answer when they are made,
 * others answer with the number of samples so far.
 */
export async function startTalker(command: readonly [string, ...string[]], isHot: boolean): Promise<Running> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  await spawned(child);
  // When it dies, that is said by the question that is not answered.
  child.stdin.on('error', () => {});
  const lines = createInterface({ input: child.stdout });
  const ask = async (question: string): Promise<string> => {
    const abort = new AbortController();
    child.stdin.write(`${question}\n`);
    try {
      const [answer] = (await Promise.race([
        once(lines, 'line', { signal: abort.signal }),
        once(child, 'exit', { signal: abort.signal }).then(([code]) => {
          throw new Error(`${command.join(' ')} ended with ${code}`);
        }),
      ])) as [string];
      return answer;
    } finally {
      abort.abort();
    }
  };
  return {
    pid: child.pid!,
    command,
    url: null,
    ...(isHot
      ? { sample: async (times: number) => void (await ask(String(times))) }
      : { samples: async () => Number(await ask('samples')) }),
    stop: () => endTree(child),
  };
}

/** Asks for a page over one connection, again and again. */
export class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  /** Resolves with the body. Rejects when the answer is not 200. */
  fetch(url: string): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const request = get(url, { agent: this.#agent, timeout: READY_MS }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(Buffer.concat(chunks));
          else reject(new Error(`${url} answered ${response.statusCode}`));
        });
      });
      request.on('timeout', () => request.destroy(new Error(`${url} does not answer`)));
      request.on('error', reject);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

async function spawned(child: ChildProcess): Promise<void> {
  await once(child, 'spawn');
  ownTree(child);
}

async function whenItAnswers(url: string, child: ChildProcess): Promise<void> {
  const client = new Client();
  try {
    for (const endMs = performance.now() + READY_MS; ; ) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`ended with ${child.exitCode ?? child.signalCode}`);
      try {
        await client.fetch(url);
        return;
      } catch (error) {
        if (performance.now() > endMs) throw error;
      }
      await delay(POLL_MS);
    }
  } finally {
    client.close();
  }
}
