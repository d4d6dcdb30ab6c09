import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Answer, CACHE_CONTROL, CONTENT_TYPE } from './answer.js';
import type { Body } from './body.js';
import { LINGER_MS, MAX_CONNECTIONS } from './limits.js';

const NOTHING = Buffer.alloc(0);

/** What is known of one connection. */
interface Connection {
  /** Answers that are not all in the socket's hands yet. */
  pending: number;
  /** The last request, if it is a push, and its body. */
  push: { readonly request: IncomingMessage; readonly body: Body } | null;
  /** What is sent behind the answers that are pending, and then the connection is over. */
  last: Buffer | null;
  /** It was not clear where a request ended: what came behind it is not looked at. */
  isOver: boolean;
}

/**
 * The open connections of the node:http transport, the one whose last request is longest ago first. One too many, and that one is cut: who
 * asks is served, however many connections others hold. Thread: main.
 */
export class Connections {
  readonly #max: number;
  readonly #open = new Map<Duplex, Connection>();

  constructor(max = MAX_CONNECTIONS) {
    this.#max = max;
  }

  /** A connection was made. */
  admit(socket: Duplex): void {
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(socket));
    const oldest = this.#open.size < this.#max ? undefined : this.#open.keys().next().value;
    if (oldest !== undefined) {
      // Now, not when it has closed: the next to come would find it still the oldest.
      this.#open.delete(oldest);
      oldest.destroy();
    }
    this.#open.set(socket, { pending: 0, push: null, last: null, isOver: false });
  }

  /** A request came, which will get `response`. False: it is not to be served. */
  served(socket: Duplex, response: ServerResponse): boolean {
    const connection = this.#open.get(socket);
    if (connection === undefined || connection.isOver || socket.destroyed) return false;
    this.#open.delete(socket);
    this.#open.set(socket, connection);
    connection.pending++;
    connection.push = null;
    response.on('close', () => {
      connection.pending--;
      if (connection.pending === 0 && connection.last !== null) leave(socket, connection.last);
    });
    return true;
  }

  /** The request that came last is the last that is served. Its answer is to close the connection. */
  takeNoMore(socket: Duplex): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.isOver = true;
  }

  /** A request's body is on its way. */
  receiving(request: IncomingMessage, body: Body): void {
    const connection = this.#open.get(request.socket);
    if (connection !== undefined) connection.push = { request, body };
  }

  /**
   * Nothing more can be read from this connection. `answer` is what is said to that, in its turn: to the push whose body is cut short by
   * it, or else behind the answers that are still to be sent. Null: nothing.
   */
  end(socket: Duplex, answer: Answer | null): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || answer === null || !socket.writable) {
      socket.destroy();
      return;
    }
    if (connection.last !== null) return;
    const { push } = connection;
    // A push that has come whole has nothing to do with it, though its answer may be yet to be given.
    const isCutShort = push !== null && !push.request.complete;
    connection.last = isCutShort ? NOTHING : rawAnswer(answer);
    if (isCutShort) push.body.end(answer, true);
    if (connection.pending === 0) leave(socket, connection.last);
  }

  /** Cuts all. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}

/** Says the last word, and ends the connection. */
function leave(socket: Duplex, last: Buffer): void {
  if (socket.destroyed) return;
  socket.end(last);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(timer));
}

/** An answer to what node:http made no request of. */
function rawAnswer({ status, headers, body }: Answer): Buffer {
  const bytes = Buffer.from(body);
  const head = [
    `HTTP/1.1 ${status}`,
    `content-type: ${CONTENT_TYPE}`,
    `cache-control: ${CACHE_CONTROL}`,
    `content-length: ${bytes.length}`,
    'connection: close',
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '\r\n',
  ];
  return Buffer.concat([Buffer.from(head.join('\r\n')), bytes]);
}
