import { requireInstalled } from '../own-package.js';
import { MonitorError, messageOf } from '../shared/errors.js';
import { type Answer, errorAnswer } from './answer.js';
import { Bodies } from './body.js';
import { isLong } from './long-answers.js';
import {
  BAD_REQUEST,
  GET_ALLOWED,
  type GetRoute,
  NOT_FOUND,
  POST_ALLOWED,
  type PostRoute,
  type Routes,
  type Transport,
  wrongMethod,
} from './routes.js';
import { type ConnectionLimits, UwsConnections } from './uws-connections.js';
import { UwsHeaders } from './uws-headers.js';
import { UwsSender } from './uws-sender.js';
import type { Handler, Uws, UwsApp, UwsResponse } from './uws-types.js';

/**
 * The transport on uWebSockets.js. Only this file and its helpers use the library. Thread: main.
 *
 * Fixed behaviour of uWebSockets.js:
 *   - It cuts a connection without an answer if no request is completed within 8 to 12 s, whether the client is silent, sends a byte at a
 *     time, is idle or does not read.
 *   - A head is at most 4 KiB and 100 headers long.
 *   - Only the process's limit on file descriptors limits connections; `UwsConnections` adds a limit.
 *   - It answers in HTML what it refuses itself (no Host or two, HTTP/1.0, an absolute target, a head too long, both a length and chunks).
 *     That answer overtakes the answers to requests that were pipelined before, which are lost.
 *   - It buffers the answers to a client that does not read; `UwsSender` stops that.
 *   - If a request arrives before the previous one on the same connection was answered, it cuts the connection.
 *   - It takes the first of two codings, any coding for chunks, and what only resembles chunks for chunks. It also strips bytes from 0x80
 *     on from both ends of a header's value, which turns `\xa00` into a length of 0. An intermediary may find the end of the request
 *     elsewhere, and what it takes for a body would be a request here. So a request with a body is answered a turn later, and its
 *     connection is closed: bytes that follow it cut the connection, and are never acted on.
 *   - It takes a line end before the request line, or a CR without LF in a header, for an incomplete request: the connection is cut after
 *     the idle timeout.
 *   - It ends the process when a handler returns and the response is neither answered nor watched. An answer that the socket does not take
 *     may be dropped, and counts as not given: so every response is watched.
 *   - It ends the process when a handler throws: so no handler throws.
 */

const HOST = '127.0.0.1';
const NO_BODY_WANTED = errorAnswer(
  'bad_request',
  'this answer is too long for a request that has a body; send none',
);

/**
 * Loads uWebSockets.js: the operator's own official build if there is one, else the package for this platform and Node version.
 * @throws MonitorError TRANSPORT_MISSING, saying what was tried and why it failed: not installed, or built for another C library
 */
export function loadUws(require: (name: string) => unknown = requireInstalled): Uws {
  const [major] = process.versions.node.split('.');
  const names = ['uWebSockets.js', `@uwsjs/${process.platform}-${process.arch}-${major}`];
  const reasons: string[] = [];
  for (const name of names) {
    try {
      const loaded = require(name) as Partial<Uws>;
      if (typeof loaded.App === 'function') return loaded as Uws;
      reasons.push(`${name}: there is no App in it`);
    } catch (error) {
      reasons.push(`${name}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new MonitorError(
    'TRANSPORT_MISSING',
    `no uWebSockets.js build loads on ${process.platform}-${process.arch} with Node ${process.versions.node}: ${reasons.join('; ')}`,
  );
}

/** Limits that tests lower. */
export interface UwsOptions extends ConnectionLimits {
  readonly bodyTimeoutMs?: number;
}

/** Creates the transport. It does not listen yet. */
export function createUwsTransport(uws: Uws, routes: Routes, options: UwsOptions = {}): Transport {
  const { guard } = routes;
  const failed = (error: unknown): void => routes.failed(error);
  const sender = new UwsSender();
  const headers = new UwsHeaders();
  const bodies = new Bodies(failed, options.bodyTimeoutMs);
  // Separate, so that requests without the token do not push out bodies of requests with it.
  const refusedBodies = new Bodies(failed, options.bodyTimeoutMs);

  /**
   * Runs a handler. It watches the response first: uWebSockets.js ends the process when a handler returns a response that is neither
   * answered nor watched, and it counts an answer as not given when the socket took none of its body. A failure in `work` costs only this
   * connection.
   */
  function safely(work: Handler): Handler {
    return (response, request) => {
      try {
        response.onAborted(ignore);
        work(response, request);
      } catch (error) {
        failed(error);
        cut(response);
      }
    };
  }

  function serve(route: GetRoute, isHead = false): Handler {
    return safely((response, request) => {
      const { framing } = headers.read(request);
      if (framing === 'broken') sendLast(response, guard(headers) ?? BAD_REQUEST, isHead);
      else if (framing === 'body') receive(response, shortAnswer(route), isHead);
      else if (isHead) sender.sendPinnedHead(response, route, headers);
      else sender.sendPinned(response, route, headers);
    });
  }

  /** The answer of `route` to the request in `headers`, as a copy that may be sent later. */
  function shortAnswer(route: GetRoute): Answer {
    const answer = route.acquire(headers);
    try {
      if (isLong(answer.body)) return NO_BODY_WANTED;
      return typeof answer.body === 'string' ? answer : { ...answer, body: Buffer.from(answer.body) };
    } finally {
      route.release();
    }
  }

  /** Answers after all received bytes were read, unless more bytes followed the request, and closes the connection. */
  function sendLast(response: UwsResponse, answer: Answer, isHead = false): void {
    let isGone = false;
    response.onAborted(() => {
      isGone = true;
    });
    setImmediate(() => {
      try {
        if (!isGone) response.cork(() => sender.sendLast(response, answer, isHead));
      } catch (error) {
        failed(error);
        cut(response);
      }
    });
  }

  /**
   * Reads a body, then sends the route's answer or the given one. The answer is the connection's last, and is sent a turn later: bytes that
   * follow the body cut the connection, and are never acted on.
   */
  function receive(response: UwsResponse, reply: PostRoute | Answer, isHead = false): void {
    const isKnown = 'status' in reply;
    const body = (isKnown ? refusedBodies : bodies).receive({
      isLast: true,
      answer: (bytes) => (isKnown ? reply : reply.answer(bytes)),
      finish: (answer) => response.cork(() => sender.sendLast(response, answer, isHead)),
      drop: () => cut(response),
    });
    if (isKnown) body.refuse(reply);
    response.onAborted(() => body.abort());
    response.onData((chunk, isLast) => {
      try {
        body.take(new Uint8Array(chunk));
        if (isLast) setImmediate(() => body.whole());
      } catch (error) {
        failed(error);
        cut(response);
      }
    });
  }

  /** Puts `route` behind its guard. */
  function guarded(route: GetRoute): GetRoute {
    const guardOfRoute = route.guard ?? guard;
    let isAcquired = false;
    return {
      acquire: (request) => {
        const refusal = guardOfRoute(request);
        isAcquired = refusal === null;
        return refusal ?? route.acquire(request);
      },
      release: () => {
        if (isAcquired) route.release();
      },
    };
  }

  function refusing(answer: Answer): GetRoute {
    return { acquire: (request) => guard(request) ?? answer, release: ignore };
  }

  function layRoutes(app: UwsApp): void {
    for (const [path, route] of Object.entries(routes.gets)) {
      const behindGuard = guarded(route);
      app.get(path, serve(behindGuard));
      app.head(path, serve(behindGuard, true));
      app.any(path, serve(refusing(wrongMethod(GET_ALLOWED))));
    }
    for (const [path, route] of Object.entries(routes.posts)) {
      app.post(
        path,
        safely((response, request) => {
          const { framing } = headers.read(request);
          if (framing === 'broken') {
            sendLast(response, guard(headers) ?? BAD_REQUEST);
            return;
          }
          const refusal = guard(headers) ?? route.refuse(headers);
          receive(response, refusal ?? route);
        }),
      );
      app.head(path, serve(refusing(wrongMethod(POST_ALLOWED)), true));
      app.any(path, serve(refusing(wrongMethod(POST_ALLOWED))));
    }
    app.head('/*', serve(refusing(NOT_FOUND), true));
    app.any('/*', serve(refusing(NOT_FOUND)));
  }

  const connections = new UwsConnections(uws, layRoutes, options);

  return {
    name: 'uws',
    listen: (port) =>
      new Promise((resolve, reject) => {
        // Exclusive: otherwise a second daemon could share the port, and each would get some of the requests.
        connections.front.listen(HOST, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
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
    listenUnix: (path) =>
      new Promise((resolve, reject) => {
        connections.front.listen_unix(
          (socket) => (socket ? resolve() : reject(new Error('listening failed'))),
          path,
        );
      }),
    close: () => {
      connections.close();
    },
  };
}

/** Cuts the connection if it has not ended already. */
function cut(response: UwsResponse): void {
  try {
    response.close();
  } catch {
    // Already answered or gone: uWebSockets.js throws on any further use.
  }
}

function ignore(): void {}
