import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Answer, CACHE_CONTROL, CONTENT_TYPE } from './answer.js';
import type { Body } from './body.js';
import { LINGER_MS, MAX_CONNECTIONS } from './limits.js';

const NOTHING = Buffer.alloc(0);

/** The state of one connection. */
interface Connection {
  /** Answers that are not yet fully handed to the socket. */
  pending: number;
  /** The last request, if it is a push, and its body. */
  push: { readonly request: IncomingMessage; readonly body: Body } | null;
  /** Sent after the pending answers; then the connection ends. */
  last: Buffer | null;
  /** The end of a request was ambiguous: whatever follows it is ignored. */
  isOver: boolean;
}

/**
 * The open connections of the node:http transport, ordered by their last request, oldest first. At the limit, the oldest one is cut, so
 * that a new client is served however many connections others hold. Thread: main.
 */
export class Connections {
  readonly #max: number;
  readonly #open = new Map<Duplex, Connection>();

  constructor(max = MAX_CONNECTIONS) {
    this.#max = max;
  }

  /** Adds a new connection. */
  admit(socket: Duplex): void {
    socket.on('error', () => {});
    socket.on('close', () => this.#open.delete(socket));
    const oldest = this.#open.size < this.#max ? undefined : this.#open.keys().next().value;
    if (oldest !== undefined) {
      // Now, not on 'close': otherwise the next new connection would find it still the oldest.
      this.#open.delete(oldest);
      oldest.destroy();
    }
    this.#open.set(socket, { pending: 0, push: null, last: null, isOver: false });
  }

  /** Registers a request that `response` will answer. Returns false if it must not be served. */
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

  /** Serves no request after the current one, whose answer must close the connection. */
  takeNoMore(socket: Duplex): void {
    const connection = this.#open.get(socket);
    if (connection !== undefined) connection.isOver = true;
  }

  /** Registers the body of the current request. */
  receiving(request: IncomingMessage, body: Body): void {
    const connection = this.#open.get(request.socket);
    if (connection !== undefined) connection.push = { request, body };
  }

  /**
   * Called when nothing more can be read from this connection. `answer` is sent in its turn: to the push whose body this cuts short, or
   * else after the pending answers. Null: there is no answer.
   */
  end(socket: Duplex, answer: Answer | null): void {
    const connection = this.#open.get(socket);
    if (connection === undefined || answer === null || !socket.writable) {
      socket.destroy();
      return;
    }
    if (connection.last !== null) return;
    const { push } = connection;
    // A push that was fully received is not affected, even if its answer is still pending.
    const isCutShort = push !== null && !push.request.complete;
    connection.last = isCutShort ? NOTHING : rawAnswer(answer);
    if (isCutShort) push.body.end(answer, true);
    if (connection.pending === 0) leave(socket, connection.last);
  }

  /** Cuts all connections. */
  destroy(): void {
    for (const socket of this.#open.keys()) socket.destroy();
  }
}

/** Sends the last bytes and ends the connection. */
function leave(socket: Duplex, last: Buffer): void {
  if (socket.destroyed) return;
  socket.end(last);
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.on('close', () => clearTimeout(timer));
}

/** The bytes of an answer to input from which node:http made no request. */
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
