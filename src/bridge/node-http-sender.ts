import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Answer, CACHE_CONTROL, CONTENT_TYPE } from './answer.js';
import type { RequestHead } from './guard.js';
import { isLong, LongAnswers } from './long-answers.js';
import { statusOf } from './node-http-errors.js';
import type { GetRoute } from './routes.js';

/** What a request says before its body. A header that came twice has both values, as on uWebSockets.js. */
export function headOf(request: Pick<IncomingMessage, 'headersDistinct' | 'url'>): RequestHead {
  return {
    getHeader: (name) => request.headersDistinct[name]?.join(', ') ?? '',
    getQuery: () => splitTarget(request.url).query,
  };
}

/** The two parts of a request's target; where it has no `?`, its query is ''. */
export function splitTarget(target = ''): { path: string; query: string } {
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: '' } : { path: target.slice(0, at), query: target.slice(at + 1) };
}

/** Sends answers by node:http. Thread: main. */
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
   * Sends what may lie in shared memory: as a copy, made before it returns. node:http keeps what it is given until the socket takes it,
   * long after the pin was let go.
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

  /** What the socket has not taken, or not begun to take since another answer is before it, is kept by node:http. */
  #keep(response: ServerResponse, socket: Socket): void {
    if (response.socket !== null && socket.writableLength === 0) return;
    const forget = this.#longAnswers.keep(socket, () => socket.destroy());
    // One that waits for its turn behind another does not hear of its connection's end.
    const over = (): void => {
      response.off('close', over);
      socket.off('close', over);
      forget();
    };
    response.on('close', over);
    socket.on('close', over);
  }
}
