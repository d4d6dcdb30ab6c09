import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { Socket } from 'node:net';
import { portOf, proxyFor } from '../../src/shared/proxies.js';
import { HostLookup } from './lookup.js';

/** Reads at most this much of an answer's body; it is read at all so that the connection can be reused. */
const MAX_BODY_BYTES = 65_536;
/** Maximum number of informational answers, such as `100 Continue`, before the final one. */
const MAX_INFORMATIONAL = 32;
/** Longer than the usual report interval, so that one connection serves all; shorter than the minute after which balancers close it. */
const KEEP_ALIVE_MS = 55_000;

const KEEP_ALIVE_MARGIN_MS = 1_000;

const CLOSED = 'the connection was closed without an answer';

export interface PostAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

type Opened = (error: Error | null, socket?: Socket) => void;

/**
 * Posts to one URL over one keep-alive connection. It does not retry and follows no redirects. A loopback URL is contacted directly, any
 * other through the proxy from the environment. Thread: heartbeat, and main in `doctor`.
 *
 * Uses node:http(s) rather than undici, which drops the connection on an unexpected `100 Continue` and needs 5 MB more in its thread.
 */
export class HttpPoster {
  readonly #url: URL;
  readonly #lookup = new HostLookup();
  readonly #agent: HttpAgent;
  /** Requests in flight: the post, and the CONNECT that opens its tunnel. */
  readonly #running = new Set<ClientRequest>();

  /** @throws MonitorError CONFIG_INVALID if a proxy variable is not a URL */
  constructor(url: URL, env: Readonly<Record<string, string | undefined>>) {
    this.#url = url;
    const options = { keepAlive: true, maxSockets: 1, timeout: KEEP_ALIVE_MS };
    this.#agent = url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
    closeEarly(this.#agent);
    const proxy = proxyFor(url, env);
    if (proxy !== null) this.#connectThrough(proxy);
  }

  /** Resolves once the status is known and the body has been read, cut off at 64 KiB, or broken off. Rejects without a status. */
  post(headers: OutgoingHttpHeaders, body: string): Promise<PostAnswer> {
    return new Promise((resolve, reject) => {
      const send = this.#url.protocol === 'https:' ? httpsRequest : httpRequest;
      const { lookup } = this.#lookup;
      // Overrides NODE_TLS_REJECT_UNAUTHORIZED.
      const options = { method: 'POST', headers, agent: this.#agent, lookup, rejectUnauthorized: true };
      const request = this.#track(send(this.#url, options));
      let informational = 0;
      let isAnswered = false;
      request.on('information', () => {
        if (++informational > MAX_INFORMATIONAL)
          request.destroy(new Error(`more than ${MAX_INFORMATIONAL} informational (1xx) answers`));
      });
      request.on('response', (response) => {
        // The status counts, whatever happens to the body.
        isAnswered = true;
        const { statusCode: status = 0, headers } = response;
        drain(response, () => resolve({ status, headers }));
      });
      // Once the answer has begun, `drain` resolves.
      request.on('error', (error) => isAnswered || reject(error));
      // Some failures, such as an unexpected 101, emit no error.
      request.on('close', () => isAnswered || reject(new Error(CLOSED)));
      request.end(body);
    });
  }

  /** Aborts lookup, handshake, tunnel, request and connection, whatever their state. The next post opens a new connection. */
  cut(): void {
    this.#lookup.cancel();
    for (const request of this.#running) request.destroy();
    this.#agent.destroy();
  }

  #track(request: ClientRequest): ClientRequest {
    this.#running.add(request);
    return request.on('close', () => this.#running.delete(request));
  }

  #connectThrough(proxy: URL): void {
    const agent = this.#agent;
    const connect = agent.createConnection.bind(agent);
    const isTls = this.#url.protocol === 'https:';
    agent.createConnection = (options, opened) => {
      this.#openTunnel(proxy, (error, socket) => {
        // Node's agent accepts an error without a socket; its types do not.
        if (socket === undefined) (opened as Opened | undefined)?.(error);
        else opened?.(null, isTls ? (connect({ ...options, socket } as typeof options) as Socket) : socket);
      });
      return undefined;
    };
  }

  #openTunnel(proxy: URL, opened: Opened): void {
    const target = `${this.#url.hostname}:${portOf(this.#url)}`;
    const send = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
    const credentials = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
    const authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
    const request = this.#track(
      send({
        host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: portOf(proxy),
        method: 'CONNECT',
        path: target,
        headers: { host: target, ...(credentials === ':' ? {} : { 'proxy-authorization': authorization }) },
        agent: false,
        lookup: this.#lookup.lookup,
        rejectUnauthorized: true,
      }),
    );
    request.on('connect', ({ statusCode }, socket: Socket) => {
      if (statusCode === 200) return opened(null, socket);
      socket.destroy();
      opened(new Error(`the proxy refused the connection: HTTP ${statusCode}`));
    });
    request.on('error', opened);
    request.on('close', () => opened(new Error(CLOSED)));
    request.end();
  }
}

/** Closes idle connections before the server does: a post that raced with the server's close would count as unreachable. */
function closeEarly(agent: HttpAgent): void {
  const keep = agent.keepSocketAlive.bind(agent);
  agent.keepSocketAlive = (socket: Socket) => {
    // Sets the socket's timeout to the agent's, or to that of a `Keep-Alive` header if it is shorter.
    const isKept = keep(socket);
    if (socket.timeout) socket.setTimeout(Math.max(1, socket.timeout - KEEP_ALIVE_MARGIN_MS));
    return isKept;
  };
}

function drain(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) response.destroy();
  });
  response.on('error', () => {});
  response.on('close', done);
}
