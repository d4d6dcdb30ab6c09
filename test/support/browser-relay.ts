import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import type { Cleanup } from './bridge-client.js';

/** What went over one connection, in the order in which it came. */
export interface RelayedBytes {
  asked: string;
  answered: string;
}

/** Stands between browsers and a bridge, changes nothing, and knows what was said. */
export interface Relay {
  readonly port: number;
  /** Since the last call. */
  take(): readonly RelayedBytes[];
}

/** Starts a relay to `port`, which ends with the tests. */
export async function startRelay(cleanup: Cleanup, port: number): Promise<Relay> {
  let seen: RelayedBytes[] = [];
  const open = new Set<() => void>();
  const server = createServer((near) => {
    const far = connect({ port, host: '127.0.0.1' });
    const both: RelayedBytes = { asked: '', answered: '' };
    seen.push(both);
    const end = (): void => {
      near.destroy();
      far.destroy();
      open.delete(end);
    };
    open.add(end);
    near.on('data', (chunk: Buffer) => {
      both.asked += chunk.toString('latin1');
    });
    far.on('data', (chunk: Buffer) => {
      both.answered += chunk.toString('latin1');
    });
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) {
      socket.on('error', end);
      socket.on('close', end);
    }
  });
  server.listen({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  cleanup.after(async () => {
    for (const end of open) end();
    server.close();
    await once(server, 'close');
  });
  return {
    port: (server.address() as AddressInfo).port,
    take: () => {
      const taken = seen;
      seen = [];
      return taken;
    },
  };
}
