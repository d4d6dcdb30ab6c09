import type { Headers } from './guard.js';

/** The used part of uWebSockets.js. */

/** A response. It must not be used after it was answered or its client has gone. */
export interface UwsResponse {
  writeStatus(status: string): this;
  writeHeader(name: string, value: string): this;
  end(body?: string | Uint8Array, closeConnection?: boolean): this;
  /** Writes what the socket takes now and buffers nothing. Returns whether that was all. */
  tryEnd(body: string | Uint8Array, length: number): [ok: boolean, done: boolean];
  /**
   * Calls `handler` when the socket takes more, from byte `offset` of the body on. `handler` returns whether all that it wrote was taken.
   * The connection is cut after 8 to 12 s without a call.
   */
  onWritable(handler: (offset: number) => boolean): this;
  /** Given a length, it writes the header but does not count the request as answered (20.51). So the length goes into our own header. */
  endWithoutBody(length?: number, closeConnection?: boolean): this;
  /** `chunk` is only valid until `handler` returns. */
  onData(handler: (chunk: ArrayBuffer, isLast: boolean) => void): this;
  onAborted(handler: () => void): this;
  cork(write: () => void): this;
  /** Cuts the connection. */
  close(): this;
}

/** A request, valid until its handler returns. */
export interface UwsRequest extends Headers {
  /** Undefined: the target has no `?`. */
  getQuery(): string | undefined;
  forEach(look: (lowerCaseName: string, value: string) => void): void;
}

/** Before it returns, a handler must have answered or set `onAborted`: otherwise the process is ended. */
export type Handler = (response: UwsResponse, request: UwsRequest) => void;

/** An application. */
export interface UwsApp {
  get(path: string, handler: Handler): this;
  head(path: string, handler: Handler): this;
  post(path: string, handler: Handler): this;
  any(path: string, handler: Handler): this;
  listen(host: string, port: number, options: number, done: (socket: object | false) => void): this;
  /** Deletes whatever is at `path`, and does not check the length of `path`. */
  listen_unix(done: (socket: object | false) => void, path: string): this;
  /** Stops listening and cuts all connections. It can be given new connections afterwards. */
  close(): this;
  /** Calls `look` for every connection that opens (1) or has ended (-1). It may close one that opens. */
  filter(look: (response: UwsResponse, change: 1 | -1) => void): this;
  /** Hands connections accepted from now on to the application of that descriptor; round robin if there are several. */
  addChildAppDescriptor(descriptor: object): this;
  removeChildAppDescriptor(descriptor: object): this;
  getDescriptor(): object;
}

/** The used part of the package. */
export interface Uws {
  App(): UwsApp;
  us_socket_local_port(socket: object): number;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
}
