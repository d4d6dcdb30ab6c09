import { createRequire } from 'node:module';
import { MonitorError, messageOf } from '../shared/errors.js';
import type { Answer } from './answer.js';
import { Bodies } from './body.js';
import { MAX_CONNECTIONS } from './limits.js';
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
import { UwsConnections } from './uws-connections.js';
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
 *   - It takes the first of two lengths or codings, any coding for chunks, and what only resembles chunks for chunks. Somebody else on the
 *     way may find the request's end elsewhere, and what is a body to them be a request here. So whatever has a coding, or two of anything,
 *     is answered a turn later, and closes the connection: what follows in it cuts it, and is never acted on.
 *   - An exception that leaves a handler ends the process: none does.
 */

const HOST = '127.0.0.1';

/**
 * Loads uWebSockets.js: the operator's own official build if there is one, else the package for this platform and Node version.
 * @throws MonitorError TRANSPORT_MISSING, telling what was tried and why it is not that: not installed, or built for another C library
 */
export function loadUws(require: (name: string) => unknown = createRequire(import.meta.url)): Uws {
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
export interface UwsOptions {
  readonly bodyTimeoutMs?: number;
  readonly maxConnections?: number;
}

/** Makes the transport; it listens on nothing yet. */
export function createUwsTransport(uws: Uws, routes: Routes, options: UwsOptions = {}): Transport {
  const { guard } = routes;
  const failed = (error: unknown): void => routes.failed(error);
  const sender = new UwsSender();
  const headers = new UwsHeaders();
  const bodies = new Bodies(failed, options.bodyTimeoutMs);

  /** What fails in `work` has cost this connection, and no more. */
  function safely(work: Handler): Handler {
    return (response, request) => {
      try {
        work(response, request);
      } catch (error) {
        failed(error);
        cut(response);
      }
    };
  }

  /** `work` is done when it is clear where the request ends. `isHead`: answers have no body. */
  function serve(work: (response: UwsResponse) => void, isHead = false): Handler {
    return safely((response, request) => {
      if (headers.read(request).framing === 'plain') work(response);
      else sendLast(response, guard(headers) ?? BAD_REQUEST, isHead);
    });
  }

  function refuse(answer: Answer): Handler {
    return serve((response) => sender.send(response, guard(headers) ?? answer));
  }

  function refuseHead(answer: Answer): Handler {
    return serve((response) => sender.sendHead(response, guard(headers) ?? answer), true);
  }

  /** Answers when all that has come was read, if nothing came behind the request, and closes the connection. */
  function sendLast(response: UwsResponse, answer: Answer, isHead = false): void {
    let isGone = false;
    response.onAborted(() => {
      isGone = true;
    });
    const send = (): void => {
      if (isHead) sender.sendHead(response, answer, true);
      else sender.send(response, answer, true);
    };
    setImmediate(() => {
      try {
        if (!isGone) response.cork(send);
      } catch (error) {
        failed(error);
        cut(response);
      }
    });
  }

  function receive(response: UwsResponse, route: PostRoute, isChunked: boolean): void {
    const body = bodies.receive({
      isLast: isChunked,
      answer: (bytes) => route.answer(bytes),
      finish: (answer, closeConnection) =>
        response.cork(() => sender.send(response, answer, closeConnection)),
      drop: () => cut(response),
    });
    response.onAborted(() => body.abort());
    // What comes after the answer is dropped: to close the connection on it would reset it, and its sender would not get to read why.
    response.onData((chunk, isLast) => {
      body.take(new Uint8Array(chunk));
      if (!isLast) return;
      if (isChunked) setImmediate(() => body.whole());
      else body.whole();
    });
  }

  function layRoutes(app: UwsApp): void {
    for (const [path, route] of Object.entries(routes.gets)) {
      const guardOfRoute = route.guard ?? guard;
      app.get(
        path,
        serve((response) => {
          const refusal = guardOfRoute(headers);
          if (refusal === null) sender.sendPinned(response, route, headers);
          else sender.send(response, refusal);
        }),
      );
      const head = (response: UwsResponse): void => {
        const refusal = guardOfRoute(headers);
        if (refusal === null) sender.sendPinnedHead(response, route, headers);
        else sender.sendHead(response, refusal);
      };
      app.head(path, serve(head, true));
      app.any(path, refuse(wrongMethod(GET_ALLOWED)));
    }
    for (const [path, route] of Object.entries(routes.posts)) {
      app.post(
        path,
        safely((response, request) => {
          const { framing } = headers.read(request);
          const refusal = guard(headers) ?? (framing === 'broken' ? BAD_REQUEST : route.refuse(headers));
          if (refusal === null) receive(response, route, framing === 'chunked');
          else if (framing === 'plain') sender.send(response, refusal);
          else sendLast(response, refusal);
        }),
      );
      app.head(path, refuseHead(wrongMethod(POST_ALLOWED)));
      app.any(path, refuse(wrongMethod(POST_ALLOWED)));
    }
    app.head('/*', refuseHead(NOT_FOUND));
    app.any('/*', refuse(NOT_FOUND));
  }

  const connections = new UwsConnections(uws, layRoutes, options.maxConnections ?? MAX_CONNECTIONS);

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
