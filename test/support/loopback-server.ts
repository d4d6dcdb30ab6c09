import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** A server on a free port of 127.0.0.1 that ends with the test, connections and all. */
export interface LoopbackServer {
  readonly port: number;
  readonly url: string;
  /** Connections that were made so far. */
  readonly connections: number;
  /** Requests that were made so far; a TCP server does not know, and says 0. */
  readonly requests: number;
}

async function listen(t: TestContext, server: Server, counts: { requests: number }): Promise<LoopbackServer> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    get requests() {
      return counts.requests;
    },
  };
}

/** An HTTP server. */
export function serveHttp(t: TestContext, answer: RequestListener): Promise<LoopbackServer> {
  const counts = { requests: 0 };
  const server = createServer((request, response) => {
    counts.requests++;
    answer(request, response);
  });
  return listen(t, server, counts);
}

/** A TCP server that calls `talk` for each connection as soon as its first bytes are there. */
export function serveTcp(t: TestContext, talk: (socket: Socket) => void): Promise<LoopbackServer> {
  const server = createTcpServer((socket) => {
    socket.once('data', () => talk(socket));
  });
  return listen(t, server, { requests: 0 });
}
