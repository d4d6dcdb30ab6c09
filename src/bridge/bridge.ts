import { readFileSync } from 'node:fs';
import type { Config } from '../config.js';
import { connectionsWithin, MAX_CONNECTIONS, parseOpenFiles, spareConnectionsWithin } from './limits.js';
import type { Routes, Transport, TransportName } from './routes.js';
import { createTransport } from './transport.js';
import type { SocketFile } from './unix-socket.js';

/** The daemon's bridge: a transport, its port and the file of its Unix socket. Thread: main. */
export class Bridge {
  #transport: Transport | null = null;
  #socketFile: SocketFile | null = null;

  /** The name of the transport; null before `open`. */
  get transport(): TransportName | null {
    return this.#transport?.name ?? null;
  }

  /**
   * Starts listening and resolves with the port. It may still be listening after a rejection: `close` stops that.
   * @throws MonitorError PORT_IN_USE, SOCKET_UNUSABLE, TRANSPORT_MISSING
   */
  async open(config: Config, routes: Routes, warn: (message: string) => void): Promise<number> {
    const openFiles = readOpenFiles();
    const maxConnections = connectionsWithin(openFiles);
    const spareConnections = spareConnectionsWithin(openFiles);
    if (maxConnections < MAX_CONNECTIONS)
      warn(`few files may be open at a time: the bridge holds ${maxConnections} connections at most`);
    const transport = await createTransport({
      choice: config.bridgeTransport,
      routes,
      warn,
      maxConnections,
      spareConnections,
    });
    this.#transport = transport;
    const port = await transport.listen(config.port);
    if (config.bridgeSocket === undefined) return port;
    const { placeSocket } = await import('./unix-socket.js');
    this.#socketFile = await placeSocket(config.bridgeSocket, (path) => transport.listenUnix(path));
    return port;
  }

  /** Stops listening, closes all connections and removes the socket file. */
  close(): void {
    this.#transport?.close();
    this.#socketFile?.remove();
  }
}

/** How many files this process may have open; Infinity if unknown. */
function readOpenFiles(): number {
  try {
    return parseOpenFiles(readFileSync('/proc/self/limits', 'latin1'));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
