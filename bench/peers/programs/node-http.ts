import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Running, Start } from '../peer.js';
import { endTree, ownTree } from '../process-tree.js';

/** A server on node:http with a constant of the same size. */
export async function startNodeHttp({ body }: Start): Promise<Running> {
  if (body === undefined) throw new Error('the server needs something to answer');
  const script = fileURLToPath(new URL('../../support/bare-server.js', import.meta.url));
  const command = [process.execPath, script, 'node-http', String(body.length)] as const;
  const child = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child, 'spawn');
  ownTree(child);
  const abort = new AbortController();
  try {
    const [port] = (await Promise.race([
      once(createInterface({ input: child.stdout }), 'line', { signal: abort.signal }),
      once(child, 'exit', { signal: abort.signal }).then(([code]) => {
        throw new Error(`the server ended with ${code}`);
      }),
    ])) as [string];
    return {
      pid: child.pid!,
      command,
      url: `http://127.0.0.1:${port}/telemetry`,
      stop: () => endTree(child),
    };
  } finally {
    abort.abort();
  }
}
