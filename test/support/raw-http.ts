import { connect, type Socket } from 'node:net';

/** An answer as its bytes were: nothing decoded, repaired or hidden by a client. */
export interface RawAnswer {
  readonly status: number;
  /** By lower-case name; a header that came twice has both values, joined by a comma. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const HEAD_END = '\r\n\r\n';

/**
 * HTTP by hand over one connection, for requests that no well-behaved client sends. Answers are read by their Content-Length.
 */
export class RawConnection {
  readonly socket: Socket;
  /** Resolves when the connection has come to its end, whichever way. */
  readonly closed: Promise<void>;
  /** The error that the connection ended with (ECONNRESET, EPIPE), if there was one. */
  error: NodeJS.ErrnoException | null = null;
  #received = Buffer.alloc(0);
  #ended = false;
  #wake: (() => void) | null = null;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#wake?.();
    });
    socket.on('error', (error) => {
      this.error = error;
    });
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on('end', end);
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        end();
        resolve();
      });
    });
  }

  /** `where`: a port, or the path of a Unix socket. */
  static async open(where: number | string, host = '127.0.0.1'): Promise<RawConnection> {
    const socket = typeof where === 'string' ? connect(where) : connect({ port: where, host, noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new RawConnection(socket);
  }

  write(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next answer. `head`: it is one to HEAD, and has no body whatever its Content-Length says. Rejects when none comes any more. */
  async answer(options: { head?: boolean } = {}): Promise<RawAnswer> {
    const headEnd = await this.#until(() => {
      const at = this.#received.indexOf(HEAD_END);
      return at < 0 ? null : at;
    });
    const [statusLine = '', ...lines] = this.#received.toString('latin1', 0, headEnd).split('\r\n');
    const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
    const headers: Record<string, string> = {};
    for (const line of lines) {
      const colon = line.indexOf(':');
      const name = line.slice(0, colon).toLowerCase();
      const value = line.slice(colon + 1).trim();
      headers[name] = headers[name] === undefined ? value : `${headers[name]}, ${value}`;
    }
    const bodyStart = headEnd + HEAD_END.length;
    const bodyEnd = bodyStart + (options.head ? 0 : Number(headers['content-length'] ?? 0));
    await this.#until(() => (this.#received.length >= bodyEnd ? true : null));
    const body = this.#received.toString('utf8', bodyStart, bodyEnd);
    this.#received = this.#received.subarray(bodyEnd);
    return { status, headers, body };
  }

  /** What has come and was not read as an answer. */
  get unread(): string {
    return this.#received.toString('latin1');
  }

  destroy(): void {
    this.socket.destroy();
  }

  async #until<Value>(look: () => Value | null): Promise<Value> {
    for (;;) {
      const value = look();
      if (value !== null) return value;
      if (this.#ended) {
        throw new Error(
          `the connection ended (${this.error?.code ?? 'FIN'}) before the answer; so far: ${this.unread.slice(0, 1_000)}`,
        );
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Writes a request's head. Headers that are undefined are left out; Host is the bridge's own unless it is given. */
export function requestHead(
  method: string,
  path: string,
  headers: Readonly<Record<string, string | undefined>> = {},
): string {
  const all = { host: '127.0.0.1', ...headers };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return [`${method} ${path} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** One request over a connection of its own, to a port or a Unix socket, and its answer. */
export async function rawRequest(
  where: number | string,
  method: string,
  path: string,
  options: { headers?: Readonly<Record<string, string | undefined>>; body?: string | Uint8Array } = {},
): Promise<RawAnswer> {
  const connection = await RawConnection.open(where);
  try {
    const { body, headers } = options;
    const length = body === undefined ? undefined : String(Buffer.byteLength(body));
    connection.write(requestHead(method, path, { 'content-length': length, ...headers }));
    if (body !== undefined) connection.write(body);
    return await connection.answer({ head: method === 'HEAD' });
  } finally {
    connection.destroy();
  }
}
