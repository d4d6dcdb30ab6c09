import type { Headers } from './guard.js';

/** What is used of uWebSockets.js. */

/** A response: whoever has answered, or whose client has gone, must not touch it any more. */
export interface UwsResponse {
  writeStatus(status: string): this;
  writeHeader(name: string, value: string): this;
  end(body?: string | Uint8Array, closeConnection?: boolean): this;
  /** Writes what the socket takes now and keeps nothing; says whether that was all. */
  tryEnd(body: string | Uint8Array, length: number): [ok: boolean, done: boolean];
  /**
   * `handler` hears that the socket takes more, from byte `offset` of the body on, and returns whether what it gave was taken as a whole.
   * The connection is cut when it hears nothing for 8 to 12 s.
   */
  onWritable(handler: (offset: number) => boolean): this;
  /** Given a length, it writes the header but does not count the request as answered (20.51), so the length goes into a header of our own. */
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

/** A handler must have answered, or have set `onAborted`, when it returns: else the process is ended. */
export type Handler = (response: UwsResponse, request: UwsRequest) => void;

/** An application. */
export interface UwsApp {
  get(path: string, handler: Handler): this;
  head(path: string, handler: Handler): this;
  post(path: string, handler: Handler): this;
  any(path: string, handler: Handler): this;
  listen(host: string, port: number, options: number, done: (socket: object | false) => void): this;
  /** It deletes what is at `path`, whatever it is, and does not look whether `path` fits. */
  listen_unix(done: (socket: object | false) => void, path: string): this;
  /** Stops listening and cuts all connections. It can be given connections again. */
  close(): this;
  /** `look` hears of every connection that is made (1) and of every one that has ended (-1). It may close the one that is made. */
  filter(look: (response: UwsResponse, change: 1 | -1) => void): this;
  /** From now on, what this one accepts goes to the application of that descriptor, in turns where there are several. */
  addChildAppDescriptor(descriptor: object): this;
  removeChildAppDescriptor(descriptor: object): this;
  getDescriptor(): object;
}

/** What is used of the package. */
export interface Uws {
  App(): UwsApp;
  us_socket_local_port(socket: object): number;
  readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number;
}
