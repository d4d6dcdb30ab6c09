import { createRequire } from 'node:module';
import { MonitorError, messageOf } from '../shared/errors.js';
import { type Answer, CACHE_CONTROL, CONTENT_TYPE, OK } from './answer.js';
import type { Headers } from './guard.js';
import { MAX_BODY_BYTES, TOO_LARGE, TOO_SLOW } from './openclaw.js';
import {
  GET_ALLOWED,
  type GetRoute,
  NOT_FOUND,
  POST_ALLOWED,
  type PostRoute,
  type Routes,
  type Transport,
  wrongMethod,
} from './routes.js';

/** The transport on uWebSockets.js, and the only file that knows it. Thread: main. */

interface UwsResponse {
  writeStatus(status: string): this;
  writeHeader(name: string, value: string): this;
  end(body?: string | Uint8Array, closeConnection?: boolean): this;
  /** Given a length, it writes the header but does not count the request as answered (20.51), so the length goes into a header of our own. */
  endWithoutBody(): this;
  /** `chunk` is only valid until `handler` returns. */
  onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): this;
  onAborted(handler: () => void): this;
  cork(write: () => void): this;
}

type Handler = (response: UwsResponse, request: Headers) => void;

interface UwsApp {
  get(path: string, handler: Handler): this;
  head(path: string, handler: Handler): this;
  post(path: string, handler: Handler): this;
  any(path: string, handler: Handler): this;
  listen(host: string, port: number, options: number, done: (socket: object | false) => void): this;
  close(): this;
}

/** What is used of the package. */
export interface Uws {
  App(): UwsApp;
  us_socket_local_port(socket: object): number;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
}

const HOST = '127.0.0.1';
/** One call for both headers that every answer carries: each call costs as much as looking a frame up. */
const COMMON_HEADERS = `${CONTENT_TYPE}\r\ncache-control: ${CACHE_CONTROL}`;
/** From the head of a push to the last byte of its body. uWebSockets itself cuts a connection that is silent for 8 to 12 s, without a word. */
const BODY_TIMEOUT_MS = 5_000;

/**
 * Loads uWebSockets.js: the operator's own official build if there is one, else the package for this platform and Node version.
 * @throws MonitorError TRANSPORT_MISSING
 */
export function loadUws(): Uws {
  const require = createRequire(import.meta.url);
  const [major] = process.versions.node.split('.');
  const names = ['uWebSockets.js', `@uwsjs/${process.platform}-${process.arch}-${major}`];
  const reasons: string[] = [];
  for (const name of names) {
    try {
      return require(name) as Uws;
    } catch (error) {
      reasons.push(`${name}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new MonitorError(
    'TRANSPORT_MISSING',
    `no uWebSockets.js build loads on ${process.platform}-${process.arch} with Node ${process.versions.node}: ${reasons.join('; ')}`,
  );
}

/** Makes the transport; it listens on nothing yet. `bodyTimeoutMs`: how long a push's body may take. */
export function createUwsTransport(uws: Uws, routes: Routes, bodyTimeoutMs = BODY_TIMEOUT_MS): Transport {
  const app = uws.App();
  const { guard } = routes;

  function refuseMethod(allowed: string, sendAnswer = send): Handler {
    const answer = wrongMethod(allowed);
    return (response, request) => sendAnswer(response, guard(request) ?? answer);
  }

  for (const [path, route] of Object.entries(routes.gets)) {
    app.get(path, (response, request) => {
      const refusal = guard(request);
      if (refusal === null) sendPinned(response, route);
      else send(response, refusal);
    });
    app.head(path, (response, request) => {
      const refusal = guard(request);
      if (refusal === null) sendPinned(response, route, sendHead);
      else sendHead(response, refusal);
    });
    app.any(path, refuseMethod(GET_ALLOWED));
  }
  for (const [path, route] of Object.entries(routes.posts)) {
    app.post(path, (response, request) => {
      const refusal =
        guard(request) ??
        route.refuse(request.getHeader('content-type'), request.getHeader('content-length'));
      if (refusal === null) receive(response, route, bodyTimeoutMs);
      else send(response, refusal);
    });
    app.head(path, refuseMethod(POST_ALLOWED, sendHead));
    app.any(path, refuseMethod(POST_ALLOWED));
  }
  app.head('/*', (response, request) => sendHead(response, guard(request) ?? NOT_FOUND));
  app.any('/*', (response, request) => send(response, guard(request) ?? NOT_FOUND));

  return {
    listen: (port) =>
      new Promise((resolve, reject) => {
        // Exclusive: without it a second daemon would share the port, and each get some of the requests.
        app.listen(HOST, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
          if (socket !== false) resolve(uws.us_socket_local_port(socket));
          else
            reject(
              new MonitorError(
                'PORT_IN_USE',
                `can't listen on ${HOST}:${port}: the port is in use, or not allowed`,
              ),
            );
        });
      }),
    close: () => {
      app.close();
    },
  };
}

/** Sends what may lie in shared memory: `end` has copied it into the socket (or its backlog) when it returns, `tryEnd` would not. */
function sendPinned(response: UwsResponse, route: GetRoute, sendAnswer = send): void {
  const answer = route.acquire();
  try {
    sendAnswer(response, answer);
  } finally {
    route.release();
  }
}

function send(response: UwsResponse, answer: Answer, closeConnection = false): void {
  writeHead(response, answer);
  response.end(answer.body, closeConnection);
}

/** The answer to HEAD: what GET would have got, without the body. */
function sendHead(response: UwsResponse, answer: Answer): void {
  writeHead(response, answer);
  response.writeHeader('content-length', String(Buffer.byteLength(answer.body)));
  response.endWithoutBody();
}

function writeHead(response: UwsResponse, answer: Answer): void {
  if (answer.status !== OK) response.writeStatus(answer.status);
  response.writeHeader('content-type', COMMON_HEADERS);
  for (const [name, value] of answer.headers) response.writeHeader(name, value);
}

/**
 * Collects a body, and answers when it is whole, too long or too slow, or not at all when its sender has gone. What comes of a body after
 * its answer is dropped by uWebSockets; to close the connection on it would reset it, and its sender would not get to read why.
 */
function receive(response: UwsResponse, route: PostRoute, timeoutMs: number): void {
  const chunks: Buffer[] = [];
  let length = 0;
  let done = false;
  const timer = setTimeout(() => finish(TOO_SLOW, true), timeoutMs);

  function finish(answer: Answer, closeConnection: boolean): void {
    done = true;
    clearTimeout(timer);
    response.cork(() => send(response, answer, closeConnection));
  }

  response.onAborted(() => {
    done = true;
    clearTimeout(timer);
  });
  response.onData((chunk, isLast) => {
    if (done) return;
    length += chunk.byteLength;
    if (length > MAX_BODY_BYTES) return finish(TOO_LARGE, false);
    // A copy: the memory is uWebSockets' own again when this returns.
    chunks.push(Buffer.from(new Uint8Array(chunk)));
    if (isLast) finish(route.answer(Buffer.concat(chunks, length)), false);
  });
}
