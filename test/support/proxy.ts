import { once } from 'node:events';
import { createServer, request as forward } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

/** What a client asked of the proxy: `CONNECT backend.example:443`, or a method with a whole URL. */
export interface ProxyRequest {
  readonly line: string;
  readonly authorization: string | undefined;
}

/** A proxy on loopback. */
export interface Proxy {
  readonly port: number;
  readonly requests: readonly ProxyRequest[];
  /** Answers every CONNECT with this status from now on; 200: lets it through. */
  refuseWith(status: number): void;
}

/**
 * Starts an HTTP proxy (CONNECT and forwarding) that alone knows the host names in `hosts`, each by its port on 127.0.0.1; it ends with
 * the test.
 */
export async function startProxy(t: TestContext, hosts: Readonly<Record<string, number>>): Promise<Proxy> {
  const requests: ProxyRequest[] = [];
  const sockets = new Set<Socket>();
  let status = 200;
  const note = (line: string, authorization: string | undefined) => requests.push({ line, authorization });
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
  };
  const server = createServer((request, response) => {
    note(`${request.method} ${request.url}`, request.headers['proxy-authorization']);
    const url = new URL(request.url ?? '');
    const { method, headers } = request;
    const onward = forward({ port: hosts[url.hostname], path: url.pathname, method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward.on('error', () => response.writeHead(502).end()));
  });
  server.on('connection', keep);
  server.on('connect', (request, socket: Socket) => {
    note(`CONNECT ${request.url}`, request.headers['proxy-authorization']);
    const port = hosts[(request.url ?? '').replace(/:\d+$/, '')];
    if (status !== 200 || port === undefined) {
      socket.end(`HTTP/1.1 ${status === 200 ? 502 : status} No\r\n\r\n`);
      return;
    }
    const onward = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    keep(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(async () => {
    const closed = once(server, 'close');
    server.close();
    for (const socket of sockets) socket.destroy();
    await closed;
  });
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    refuseWith: (refusal) => {
      status = refusal;
    },
  };
}
