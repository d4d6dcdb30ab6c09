import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, CACHE_CONTROL, CONTENT_TYPE } from './answer.js';
import type { RequestHead } from './guard.js';
import { isLong, LongAnswers } from './long-answers.js';
import { statusOf } from './node-http-errors.js';
import type { GetRoute } from './routes.js';

/** The head of a request. A repeated header has all its values, as on uWebSockets.js. */
export function headOf(request: Pick<IncomingMessage, 'headersDistinct' | 'url'>): RequestHead {
  return {
    getHeader: (name) => request.headersDistinct[name]?.join(', ') ?? '',
    getQuery: () => splitTarget(request.url).query,
  };
}

/** Splits a request target into path and query. The query is '' if there is no `?`. */
export function splitTarget(target = ''): { path: string; query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/** Sends answers through node:http. Thread: main. */
export class NodeHttpSender {
  readonly #longAnswers = new LongAnswers();

  sendPinned(
    request: IncomingMessage,
    response: ServerResponse,
    route: GetRoute,
    closeConnection: boolean,
  ): void {
    const answer = route.acquire(headOf(request));
    try {
      this.send(request, response, answer, closeConnection);
    } finally {
      route.release();
    }
  }

  /**
   * Sends a copy of an answer that may lie in shared memory. node:http keeps the given buffer until the socket takes it, long after the
   * frame was released.
   */
  send(
    { method, socket }: IncomingMessage,
    response: ServerResponse,
    { status, headers, body, contentType = CONTENT_TYPE }: Answer,
    closeConnection: boolean,
  ): void {
    const bytes = Buffer.from(body);
    const all = ['content-type', contentType, 'cache-control', CACHE_CONTROL];
    all.push('content-length', String(bytes.length));
    for (const [name, value] of headers) all.push(name, value);
    if (closeConnection) all.push('connection', 'close');
    response.writeHead(...statusOf(status), all);
    if (method === 'HEAD') {
      response.end();
      return;
    }
    response.end(bytes);
    if (isLong(body)) this.#keep(response, socket);
  }

  /** Tracks an answer that node:http keeps because the socket has not taken it, or another answer comes first. */
  #keep(response: ServerResponse, socket: Socket): void {
    if (response.socket !== null && socket.writableLength === 0) return;
    const forget = this.#longAnswers.keep(socket, () => socket.destroy());
    // A response that waits behind another one gets no 'close' when its connection ends.
    const over = (): void => {
      response.off('close', over);
      socket.off('close', over);
      forget();
    };
    response.on('close', over);
    socket.on('close', over);
  }
}
