import type { Dispatcher } from 'undici';
import { messageOf } from '../../src/shared/errors.js';
import { isLoopbackHost } from '../../src/shared/loopback.js';
import type { BeatClass } from '../../src/shared/messages.js';
import { readProxies } from '../../src/shared/proxies.js';
import { HostLookup } from './lookup.js';
import { parseRetryAfter } from './retry-after.js';
import type { BeatEnd } from './schedule.js';
import { DirectAgent, ProxyingAgent, request } from './undici.js';

/** From the first packet to the end of the answer, whatever the backend does. */
export const TIMEOUT_MS = 10_000;
/** The answer's body is read so that the connection can be used again, but no more of it than this. */
const MAX_BODY_BYTES = 65_536;
/** Longer than the usual report interval, so that one connection serves; shorter than the minute after which balancers cut idle ones. */
const KEEP_ALIVE_MS = 55_000;

const STOPPING = 'given up, since the Monitor stops';

/** How one POST ended. */
export interface BeatOutcome extends BeatEnd {
  readonly status: number | null;
  readonly detail: string | null;
}

/**
 * Posts heartbeats: one at a time, no redirect followed, nothing tried twice. A loopback backend is asked directly, any other by way of
 * the proxies that the environment names (`https_proxy`, `http_proxy`, `no_proxy`). Thread: heartbeat.
 */
export class HeartbeatClient {
  readonly #url: URL;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  readonly #lookup = new HostLookup();
  #dispatcher: Dispatcher;
  #apiKey: string;

  constructor(options: { url: string; apiKey: string; userAgent: string; timeoutMs?: number }) {
    this.#url = new URL(options.url);
    this.#apiKey = options.apiKey;
    this.#userAgent = options.userAgent;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    this.#dispatcher = this.#createDispatcher();
  }

  /** The next request carries this key. Returns whether it is another than before. */
  setApiKey(apiKey: string): boolean {
    const changed = apiKey !== this.#apiKey;
    this.#apiKey = apiKey;
    return changed;
  }

  /** Posts one body, and never rejects. `stop` gives the request up. */
  async post(body: string, stop: AbortSignal): Promise<BeatOutcome> {
    if (stop.aborted) return failed('unreachable', STOPPING);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#cut();
    }, this.#timeoutMs);
    const onStop = () => this.#cut();
    // Not AbortSignal.any: on Node 20 each call leaves something behind on a signal that lives on.
    stop.addEventListener('abort', onStop);
    try {
      const answer = await this.#request(body);
      // The status has been had: what becomes of the body changes nothing, but it must not hold the thread up.
      await answer.body.dump({ limit: MAX_BODY_BYTES }).catch(() => {});
      return this.#judge(answer);
    } catch (error) {
      if (timedOut) return failed('timeout', `no answer within ${this.#timeoutMs / 1000} s`);
      return failed('unreachable', stop.aborted ? STOPPING : describe(error));
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    }
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    this.#lookup.cancel();
    await this.#dispatcher.destroy();
  }

  /**
   * Cuts the connection, whatever state it is in, and the next post makes a new one. (A signal given to undici's `request` is heard
   * only once there is a connection: a TLS handshake or a proxy that hangs would hold the beat for ten seconds to five minutes.)
   */
  #cut(): void {
    this.#lookup.cancel();
    const hanging = this.#dispatcher;
    this.#dispatcher = this.#createDispatcher();
    hanging.destroy().catch(() => {});
  }

  #createDispatcher(): Dispatcher {
    const { lookup } = this.#lookup;
    const connections = {
      connections: 1,
      pipelining: 1,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connect: { lookup },
    };
    return isLoopbackHost(this.#url.hostname)
      ? new DirectAgent(connections)
      : new ProxyingAgent({ ...connections, proxyTls: { lookup }, ...readProxies(process.env) });
  }

  #request(body: string): Promise<Dispatcher.ResponseData> {
    return request(this.#dispatcher, {
      origin: this.#url.origin,
      path: this.#url.pathname,
      method: 'POST',
      headers: {
        'x-api-key': this.#apiKey,
        'content-type': 'application/json',
        'user-agent': this.#userAgent,
      },
      body,
    });
  }

  #judge(answer: Dispatcher.ResponseData): BeatOutcome {
    const status = answer.statusCode;
    const beatClass = classOf(status);
    const isRedirect = status >= 300 && status < 400;
    return {
      class: beatClass,
      status,
      detail:
        beatClass === 'accepted'
          ? null
          : `HTTP ${status}${isRedirect ? ', and redirects are not followed' : ''}`,
      retryAfterMs: parseRetryAfter(
        one(answer.headers['retry-after']),
        one(answer.headers['date']),
        Date.now(),
      ),
    };
  }
}

/** What an HTTP status means for the heartbeat that it answers. */
export function classOf(status: number): BeatClass {
  if (status >= 200 && status < 300) return 'accepted';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 429) return 'throttled';
  if (status >= 500) return 'server_error';
  return 'rejected';
}

function failed(beatClass: BeatClass, detail: string): BeatOutcome {
  return { class: beatClass, status: null, detail, retryAfterMs: null };
}

/** A connection that failed on all addresses has an empty message and its reasons in `errors`. */
function describe(error: unknown): string {
  const reasons: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return reasons.map(describeOne).join('; ');
}

/** OpenSSL's messages are a line of its source; the reason in them stands apart. */
function describeOne(error: unknown): string {
  if (error instanceof Error && 'reason' in error && 'library' in error)
    return `TLS: ${String(error.reason)}`;
  return messageOf(error);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
