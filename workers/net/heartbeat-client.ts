import { messageOf } from '../../src/shared/errors.js';
import type { BeatClass } from '../../src/shared/messages.js';
import { HttpPoster, type PostAnswer } from './http-poster.js';
import { parseRetryAfter } from './retry-after.js';
import type { BeatEnd } from './schedule.js';

/** Total timeout, from the first packet to the end of the answer. */
export const TIMEOUT_MS = 10_000;

const STOPPING = 'given up, since the Monitor stops';

/** How one POST ended. */
export interface BeatOutcome extends BeatEnd {
  readonly status: number | null;
  readonly detail: string | null;
}

/**
 * Posts heartbeats, one at a time; it follows no redirects and does not retry. A loopback backend is contacted directly, any other through
 * the proxy from the environment (`https_proxy`, `http_proxy`, `no_proxy`). Thread: heartbeat.
 */
export class HeartbeatClient {
  readonly #poster: HttpPoster;
  readonly #userAgent: string;
  readonly #timeoutMs: number;
  #apiKey: string;

  constructor(options: { url: string; apiKey: string; userAgent: string; timeoutMs?: number }) {
    this.#poster = new HttpPoster(new URL(options.url), process.env);
    this.#apiKey = options.apiKey;
    this.#userAgent = options.userAgent;
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  }

  /** Sets the key for the next request. Returns whether it changed. */
  setApiKey(apiKey: string): boolean {
    const changed = apiKey !== this.#apiKey;
    this.#apiKey = apiKey;
    return changed;
  }

  /** Posts one body. Never rejects. `stop` cancels the request. */
  async post(body: string, stop: AbortSignal): Promise<BeatOutcome> {
    if (stop.aborted) return failed('unreachable', STOPPING);
    let timedOut = false;
    const timer = setTimeout(() => {
      timedOut = true;
      this.#poster.cut();
    }, this.#timeoutMs);
    const onStop = () => this.#poster.cut();
    // Not AbortSignal.any: on Node 20 each call leaks memory on a long-lived signal.
    stop.addEventListener('abort', onStop);
    try {
      return judge(await this.#poster.post(this.#headers(), body));
    } catch (error) {
      if (timedOut) return failed('timeout', `no answer within ${this.#timeoutMs / 1000} s`);
      return failed('unreachable', stop.aborted ? STOPPING : describe(error));
    } finally {
      clearTimeout(timer);
      stop.removeEventListener('abort', onStop);
    }
  }

  /** Closes the connection. */
  close(): void {
    this.#poster.cut();
  }

  #headers(): Record<string, string> {
    return {
      'x-api-key': this.#apiKey,
      'content-type': 'application/json',
      'user-agent': this.#userAgent,
    };
  }
}

function judge({ status, headers }: PostAnswer): BeatOutcome {
  const beatClass = classOf(status);
  const isRedirect = status >= 300 && status < 400;
  return {
    class: beatClass,
    status,
    detail:
      beatClass === 'accepted'
        ? null
        : `HTTP ${status}${isRedirect ? ', and redirects are not followed' : ''}`,
    retryAfterMs: parseRetryAfter(headers['retry-after'], headers.date, Date.now()),
  };
}

/** Classifies the HTTP status of an answer. */
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

/** If connecting failed on all addresses, the error's message is empty and the reasons are in `errors`. */
function describe(error: unknown): string {
  const reasons: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  return reasons.map(describeOne).join('; ');
}

/** OpenSSL messages are a line of its source. The reason is in a property of the error, or inside the message if a write failed. */
function describeOne(error: unknown): string {
  if (error instanceof Error && 'reason' in error && 'library' in error)
    return `TLS: ${String(error.reason)}`;
  const message = messageOf(error);
  const [, reason] = /:SSL routines:[^:]*:([^:]+):/.exec(message) ?? [];
  return reason === undefined ? message : `TLS: ${reason}`;
}
