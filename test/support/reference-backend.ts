import { timingSafeEqual } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { extendedHeartbeatSchema, type Heartbeat, heartbeatSchema } from './heartbeat-schema.js';

export const HEARTBEAT_PATH = '/monitor/server/heartbeat-v2';

/** One request as it arrived. */
export interface Arrival {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** When its body was whole, performance.now(). */
  readonly atMs: number;
  /** The body, when it is a valid heartbeat with the right key. */
  readonly heartbeat: Heartbeat | null;
  /** Why it was refused; empty when it was not. */
  readonly problems: readonly string[];
  /** What it was answered; null when the script answered, or did not. */
  readonly status: number | null;
}

/** What is expected of whoever reports. */
interface BackendOptions {
  readonly apiKey: string;
  readonly port?: number;
  /** Whether heartbeats may carry `extended`; without it that is one key too many. */
  readonly extended?: boolean;
}

/** Answers one request in the backend's place: for playing every kind of bad backend. */
export type Script = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * The HarborForge backend as the contract has it, on loopback: checks path, method, key, content type and every heartbeat's shape, and
 * keeps what arrived. Scripts, one a request, make it misbehave.
 */
export class ReferenceBackend {
  readonly arrivals: Arrival[] = [];
  /** Requests that are being answered now, and the most that ever were. */
  inFlight = 0;
  maxInFlight = 0;
  readonly #apiKeys: Set<string>;
  readonly #schema: typeof heartbeatSchema | typeof extendedHeartbeatSchema;
  readonly #scripts: Script[] = [];
  readonly #events = new EventEmitter();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #everyRequest: Script | null = null;

  private constructor(options: BackendOptions) {
    this.#apiKeys = new Set([options.apiKey]);
    this.#schema = options.extended ? extendedHeartbeatSchema : heartbeatSchema;
    this.#server = createServer((request, response) => this.#take(request, response));
    // Of Node's own five seconds a busy machine makes a reset now and then: closed here while a heartbeat is on its way.
    this.#server.keepAliveTimeout = 60_000;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens on 127.0.0.1; port 0 takes a free one. */
  static async start(options: BackendOptions): Promise<ReferenceBackend> {
    const backend = new ReferenceBackend(options);
    backend.#server.listen(options.port ?? 0, '127.0.0.1');
    await once(backend.#server, 'listening');
    return backend;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The heartbeats that were accepted, in order. */
  get heartbeats(): Heartbeat[] {
    return this.arrivals.flatMap(({ heartbeat }) => (heartbeat === null ? [] : [heartbeat]));
  }

  /** Lets `key` in and no other. */
  changeKey(key: string): void {
    this.#apiKeys.clear();
    this.#apiKeys.add(key);
  }

  /** The next request is answered by `script`; called several times, the ones after it by the others. */
  scriptNext(...scripts: Script[]): void {
    this.#scripts.push(...scripts);
  }

  /** Every request that no single script is meant for is answered by `script`; null: as the contract has it. */
  scriptAll(script: Script | null): void {
    this.#everyRequest = script;
  }

  /** Calls `listener` for each arrival. */
  onArrival(listener: (arrival: Arrival) => void): void {
    this.#events.on('arrival', listener);
  }

  /** The first arrival, of those there were and those to come, that `wanted` says yes to. */
  async arrival(wanted: (arrival: Arrival) => boolean, signal?: AbortSignal): Promise<Arrival> {
    for (let next = 0; ; next++) {
      while (next >= this.arrivals.length)
        await once(this.#events, 'arrival', signal === undefined ? {} : { signal });
      const arrival = this.arrivals[next]!;
      if (wanted(arrival)) return arrival;
    }
  }

  /** Resolves when `count` requests have arrived. */
  async arrived(count: number): Promise<void> {
    while (this.arrivals.length < count) await once(this.#events, 'arrival');
  }

  /** Stops listening and cuts all connections. */
  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.inFlight++;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    response.on('close', () => this.inFlight--);
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => this.#answer(request, response, Buffer.concat(chunks).toString('utf8')));
    request.on('error', () => {});
  }

  #answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const script = this.#scripts.shift() ?? this.#everyRequest;
    const verdict =
      script === null ? this.#judge(request, body) : { status: null, problems: [], heartbeat: null };
    this.arrivals.push({
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body,
      atMs: performance.now(),
      ...verdict,
    });
    if (script !== null) {
      script(request, response);
    } else {
      const answer = verdict.status === 200 ? { status: 'ok' } : { error: verdict.problems };
      response
        .writeHead(verdict.status ?? 500, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer));
    }
    this.#events.emit('arrival', this.arrivals.at(-1));
  }

  #judge(request: IncomingMessage, body: string): Pick<Arrival, 'status' | 'problems' | 'heartbeat'> {
    const refuse = (status: number, ...problems: string[]) => ({ status, problems, heartbeat: null });
    if (request.url !== HEARTBEAT_PATH) return refuse(404, `no such path: ${request.url}`);
    if (request.method !== 'POST') return refuse(405, `no such method: ${request.method}`);
    if (!this.#isKey(String(request.headers['x-api-key'] ?? ''))) return refuse(401, 'X-API-Key is wrong');
    if (request.headers['content-type'] !== 'application/json')
      return refuse(415, 'the content type is wrong');
    if (!/^harborforge-monitor\/\d+\.\d+\.\d+$/.test(request.headers['user-agent'] ?? ''))
      return refuse(400, 'the user agent is wrong');
    let value: unknown;
    try {
      value = JSON.parse(body);
    } catch {
      return refuse(400, 'the body is not JSON');
    }
    const parsed = this.#schema.safeParse(value);
    if (!parsed.success) {
      return refuse(400, ...parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
    }
    return { status: 200, problems: [], heartbeat: parsed.data };
  }

  #isKey(given: string): boolean {
    const bytes = Buffer.from(given);
    return [...this.#apiKeys].some(
      (key) => key.length === bytes.length && timingSafeEqual(Buffer.from(key), bytes),
    );
  }
}
