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
 * The transport on uWebSockets.js, and with its helpers the only one that knows it. Thread: main.
 *
 * What it brings along and nobody can set:
 *   - A connection that does not come to the end of a request within 8 to 12 s, silent or a byte at a time, idle or not reading, is cut
 *     without a word.
 *   - A head is at most 4 KiB and 100 headers long.
 *   - There is no limit on connections but the process's own on file descriptors; `UwsConnections` brings one.
 *   - What it refuses itself (no Host or two, HTTP/1.0, an absolute target, a head too long, both a length and chunks) it answers in
 *     HTML, past the answers to requests before it that came with it, which are lost.
 *   - Whoever asks and does not read has it keep the answers; `UwsSender` ends that.
 *   - A request that comes while one before it on the same connection is still to be answered cuts the connection.
 *   - It takes the first of two codings, any coding for chunks, and what only resembles chunks for chunks; and it takes bytes from 0x80 on
 *     off both ends of a header's value, which makes a length of 0 out of `\xa00`. Somebody else on the way may find the request's end
 *     elsewhere, and what is a body to them be a request here. So whatever has a body is answered a turn later, and closes the connection:
 *     what follows in it cuts it, and is never acted on.
 *   - A line end before the request line, or a CR without LF in a header, is taken for the beginning of more to come: the connection is cut
 *     when its idle time is over.
 *   - It ends the process when a handler returns and the response is neither answered nor watched. An answer that the socket does not take
 *     may be dropped, and counts as not given: so every response is watched.
 *   - An exception that leaves a handler ends the process: none does.
 */

const HOST = '127.0.0.1';
const NO_BODY_WANTED = errorAnswer(
  'bad_request',
  'this answer is too long for a request that has a body; send none',
);

/**
 * Loads uWebSockets.js: the operator's own official build if there is one, else the package for this platform and Node version.
 * @throws MonitorError TRANSPORT_MISSING, telling what was tried and why it is not that: not installed, or built for another C library
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

/** What a test may want smaller than it is. */
export interface UwsOptions extends ConnectionLimits {
  readonly bodyTimeoutMs?: number;
}

/** Makes the transport; it listens on nothing yet. */
export function createUwsTransport(uws: Uws, routes: Routes, options: UwsOptions = {}): Transport {
  const { guard } = routes;
  const failed = (error: unknown): void => routes.failed(error);
  const sender = new UwsSender();
  const headers = new UwsHeaders();
  const bodies = new Bodies(failed, options.bodyTimeoutMs);
  // Separate, so that requests without the token do not push out bodies of requests with it.
  const refusedBodies = new Bodies(failed, options.bodyTimeoutMs);

  /**
   * Runs a handler. The response is watched before anything else happens to it: uWebSockets.js ends the process when a handler returns a
   * response that is neither answered nor watched, and it counts an answer as not given when the socket took none of its body. What fails in
   * `work` costs this connection, and no more.
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

  /** What `route` answers to the request that `headers` has, as a copy that may be sent later. */
  function shortAnswer(route: GetRoute): Answer {
    const answer = route.acquire(headers);
    try {
      if (isLong(answer.body)) return NO_BODY_WANTED;
      return typeof answer.body === 'string' ? answer : { ...answer, body: Buffer.from(answer.body) };
    } finally {
      route.release();
    }
  }

  /** Answers when all that has come was read, if nothing came behind the request, and closes the connection. */
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
   * Reads a body and answers: with what a route makes of it, or with what is known already. The answer is the connection's last, and comes
   * a turn later: what follows the body cuts the connection, and is never acted on.
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

  /** `route` behind a guard. */
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
        // Exclusive: without it a second daemon would share the port, and each get some of the requests.
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

/** The connection's end, when it has not ended already. */
function cut(response: UwsResponse): void {
  try {
    response.close();
  } catch {
    // Answered, or gone: uWebSockets lets nobody touch it any more.
  }
}

function ignore(): void {}
