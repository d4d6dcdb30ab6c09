import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, ListenOptions } from 'node:net';
import { MonitorError, messageOf } from '../shared/errors.js';
import type { Answer } from './answer.js';
import { Bodies } from './body.js';
import {
  HEAD_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  MAX_HEAD_BYTES,
  MAX_HEADERS,
  REQUEST_TIMEOUT_MS,
} from './limits.js';
import { Connections } from './node-http-connections.js';
import { HEADERS_TOO_LARGE, refuseBroken, WRONG_VERSION } from './node-http-errors.js';
import { headOf, NodeHttpSender, splitTarget } from './node-http-sender.js';
import {
  BAD_REQUEST,
  GET_ALLOWED,
  NOT_FOUND,
  POST_ALLOWED,
  type PostRoute,
  type Routes,
  type Transport,
  wrongMethod,
} from './routes.js';

/**
 * The transport on node:http, used where no uWebSockets.js build loads. It gives the same answers, but is slower. Thread: main.
 *
 * `Connections` enforces the limit on connections. Node's `maxConnections` would reject new clients for as long as others hold the rest.
 */

const HOST = '127.0.0.1';
const CHECK_EVERY_MS = 1_000;

/** Limits that tests lower. */
export interface NodeHttpOptions {
  readonly bodyTimeoutMs?: number;
  readonly headTimeoutMs?: number;
  readonly maxConnections?: number;
}

/** Creates the transport. It does not listen yet. */
export function createNodeHttpTransport(routes: Routes, options: NodeHttpOptions = {}): Transport {
  const { guard } = routes;
  const { headTimeoutMs = HEAD_TIMEOUT_MS } = options;
  const failed = (error: unknown): void => routes.failed(error);
  const sender = new NodeHttpSender();
  const bodies = new Bodies(failed, options.bodyTimeoutMs);
  const connections = new Connections(options.maxConnections);
  const gets = new Map(Object.entries(routes.gets));
  const posts = new Map(Object.entries(routes.posts));
  const servers: Server[] = [];

  /** The refusal that follows from the method and the path alone: 404, 405. Null: there is none. */
  function refuseLine(method: string, path: string): Answer | null {
    if (gets.has(path)) return method === 'GET' || method === 'HEAD' ? null : wrongMethod(GET_ALLOWED);
    if (posts.has(path)) return method === 'POST' ? null : wrongMethod(POST_ALLOWED);
    return NOT_FOUND;
  }

  function serve(request: IncomingMessage, response: ServerResponse, wantsContinue: boolean): void {
    const { method = '' } = request;
    const { path } = splitTarget(request.url);
    const get = gets.get(path);
    const isGot = method === 'GET' || method === 'HEAD';
    const guardOfRoute = (isGot ? get?.guard : undefined) ?? guard;
    const refusal = guardOfRoute(headOf(request)) ?? refuseLine(method, path);
    const post = posts.get(path);
    if (refusal !== null) sender.send(request, response, refusal, wantsContinue);
    else if (get !== undefined) sender.sendPinned(request, response, get, wantsContinue);
    else if (post !== undefined) take(request, response, post, wantsContinue);
  }

  function take(
    request: IncomingMessage,
    response: ServerResponse,
    route: PostRoute,
    wantsContinue: boolean,
  ): void {
    const refusal = route.refuse(headOf(request));
    if (refusal !== null) {
      sender.send(request, response, refusal, wantsContinue);
      return;
    }
    if (wantsContinue) response.writeContinue();
    const body = bodies.receive({
      isLast: false,
      answer: (bytes) => route.answer(bytes),
      finish: (answer, closeConnection) => sender.send(request, response, answer, closeConnection),
      drop: () => request.socket.destroy(),
    });
    connections.receiving(request, body);
    request.on('data', (chunk: Buffer) => body.take(chunk));
    request.on('end', () => body.whole());
    request.on('close', () => body.abort());
  }

  /** `wantsContinue`: the client waits for 100 Continue before it sends the body. After a refusal it may or may not send it. */
  function onRequest(request: IncomingMessage, response: ServerResponse, wantsContinue: boolean): void {
    try {
      if (!connections.served(request.socket, response)) return;
      request.on('error', ignore);
      response.on('error', ignore);
      const broken = whatIsBroken(request);
      if (broken === null) {
        serve(request, response, wantsContinue);
      } else {
        connections.takeNoMore(request.socket);
        sender.send(request, response, broken, true);
      }
    } catch (error) {
      failed(error);
      request.socket.destroy();
    }
  }

  function open(): Server {
    const server = createServer({
      maxHeaderSize: MAX_HEAD_BYTES,
      headersTimeout: headTimeoutMs,
      requestTimeout: REQUEST_TIMEOUT_MS,
      keepAliveTimeout: IDLE_TIMEOUT_MS,
      connectionsCheckingInterval: Math.min(CHECK_EVERY_MS, headTimeoutMs),
      insecureHTTPParser: false,
      // Node would refuse a missing Host without a response body; `whatIsBroken` checks it instead.
      requireHostHeader: false,
    });
    // A limit here would silently drop the headers beyond it, possibly an Origin; `whatIsBroken` counts them instead.
    server.maxHeadersCount = 0;
    server.timeout = IDLE_TIMEOUT_MS;
    server.on('connection', (socket) => connections.admit(socket));
    server.on('request', (request, response) => onRequest(request, response, false));
    server.on('checkContinue', (request, response) => onRequest(request, response, true));
    // Other expectations are ignored, as on uWebSockets.js.
    server.on('checkExpectation', (request, response) => onRequest(request, response, false));
    server.on('connect', (request, socket) => {
      connections.end(socket, guard(headOf(request)) ?? NOT_FOUND);
    });
    server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
      connections.end(socket, refuseBroken(error, guard, refuseLine));
    });
    servers.push(server);
    return server;
  }

  function listen(where: ListenOptions): Promise<Server> {
    const server = open();
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(where, () => {
        server.off('error', reject);
        // A failed accept (no descriptor left) must not end the process.
        server.on('error', failed);
        resolve(server);
      });
    });
  }

  return {
    name: 'node:http',
    listen: async (port) => {
      try {
        const server = await listen({ host: HOST, port, exclusive: true });
        return (server.address() as AddressInfo).port;
      } catch (error) {
        throw new MonitorError('PORT_IN_USE', `can't listen on ${HOST}:${port}: ${whyNot(error)}`, {
          cause: error,
        });
      }
    },
    listenUnix: async (path) => {
      await listen({ path });
    },
    close: () => {
      for (const server of servers) server.close();
      connections.destroy();
    },
  };
}

/** The refusal of a request that node:http accepts but uWebSockets.js does not; null: there is none. */
function whatIsBroken({ httpVersion, rawHeaders, headers }: IncomingMessage): Answer | null {
  if (httpVersion !== '1.1') return WRONG_VERSION;
  if (rawHeaders.length > 2 * MAX_HEADERS) return HEADERS_TOO_LARGE;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === 'host') hosts++;
  const coding = headers['transfer-encoding']?.toLowerCase() ?? 'chunked';
  return hosts === 1 && coding === 'chunked' ? null : BAD_REQUEST;
}

function whyNot(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return 'the port is in use';
  return code === 'EACCES' ? 'the port is not allowed' : messageOf(error);
}

function ignore(): void {}
