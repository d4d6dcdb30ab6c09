import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Cleanup } from './bridge-client.js';

/** Far more than anything here takes: only a test that has failed waits this long. */
const LIMIT_MS = 30_000;

/** One request as it came by. */
export interface RelayedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  /** What the Monitor answered; null while it has not, or when it was not asked. */
  status: number | null;
}

/**
 * Stands between the plugin and the real Monitor: passes every request on as it came, and keeps it, so that a test can count them. A
 * script answers in the Monitor's place.
 */
export class MonitorRelay {
  readonly requests: RelayedRequest[] = [];
  /** Answers all requests instead of the Monitor; null: they are passed on. */
  script: ((request: IncomingMessage, response: ServerResponse) => void) | null = null;
  readonly #events = new EventEmitter();
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #monitorPort: number;

  private constructor(monitorPort: number) {
    this.#monitorPort = monitorPort;
    this.#server = createServer((incoming, outgoing) => void this.#take(incoming, outgoing));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#events.emit('change');
      });
    });
  }

  /** Listens on a free port of 127.0.0.1, and ends with the test. */
  static async start(cleanup: Cleanup, monitorPort: number): Promise<MonitorRelay> {
    const relay = new MonitorRelay(monitorPort);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    cleanup.after(() => relay.#stop());
    return relay;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** The pushes that came by, as they were. */
  get pushes(): RelayedRequest[] {
    return this.requests.filter(({ path }) => path === '/openclaw');
  }

  /** Resolves when `count` pushes have been answered and their connections closed: nothing of them is under way any more. */
  async settled(count: number): Promise<RelayedRequest[]> {
    await this.#until(
      () => this.pushes.filter(({ status }) => status !== null).length >= count && this.connections === 0,
    );
    return this.pushes;
  }

  /** Resolves when `count` pushes have arrived, answered or not. */
  async arrived(count: number): Promise<void> {
    await this.#until(() => this.pushes.length >= count);
  }

  /** Resolves when no connection is open. */
  async quiet(): Promise<void> {
    await this.#until(() => this.connections === 0);
  }

  /** Rejects when it takes so long that the test has failed. */
  async #until(isSo: () => boolean): Promise<void> {
    const signal = AbortSignal.timeout(LIMIT_MS);
    while (!isSo()) await once(this.#events, 'change', { signal });
  }

  async #take(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    incoming.on('error', () => {});
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers } = incoming;
    const body = Buffer.concat(chunks).toString('utf8');
    const kept: RelayedRequest = { method, path: url, headers, body, status: null };
    this.requests.push(kept);
    this.#events.emit('change');
    if (this.script !== null) {
      outgoing.on('finish', () => {
        kept.status = outgoing.statusCode;
        this.#events.emit('change');
      });
      this.script(incoming, outgoing);
      return;
    }
    const onward = request({ host: '127.0.0.1', port: this.#monitorPort, method, path: url, headers });
    onward.on('error', () => outgoing.destroy());
    onward.on('response', (answer) => {
      kept.status = answer.statusCode ?? null;
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      this.#events.emit('change');
    });
    onward.end(body);
  }

  async #stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
