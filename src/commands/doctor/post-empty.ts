import type { Dispatcher } from 'undici';
import { HostLookup } from '../../../workers/net/lookup.js';
import { DirectAgent, ProxyingAgent, request } from '../../../workers/net/undici.js';
import type { Secret } from '../../secret.js';
import { messageOf } from '../../shared/errors.js';
import { isLoopbackHost } from '../../shared/loopback.js';
import { readProxies } from '../../shared/proxies.js';

/** What the backend answered. */
export interface BackendAnswer {
  readonly status: number;
  /** The Date header. */
  readonly date: string | null;
  readonly location: string | null;
  readonly ms: number;
}

/**
 * Posts `{}` where heartbeats go, in the way they go. It has no identifier, so no backend can take it for one: it is refused for its body
 * (400, 422) when the key was accepted, and for the key (401, 403) when that was not. No other request would tell: one without the key is
 * always refused, and a whole one would be a heartbeat that no host sent. Resolves with the answer or why there is none.
 */
export async function postEmpty(options: {
  readonly url: URL;
  readonly apiKey: Secret;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly limitMs: number;
  readonly monoMs: () => number;
}): Promise<BackendAnswer | string> {
  const { url, apiKey, version, env, limitMs, monoMs } = options;
  const lookup = new HostLookup();
  const connect = { lookup: lookup.lookup };
  const dispatcher: Dispatcher = isLoopbackHost(url.hostname)
    ? new DirectAgent({ connect })
    : new ProxyingAgent({ connect, proxyTls: connect, ...readProxies(env) });
  const begunMs = monoMs();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    lookup.cancel();
    dispatcher.destroy().catch(() => {});
  }, limitMs);
  try {
    const answer = await request(dispatcher, {
      origin: url.origin,
      path: url.pathname,
      method: 'POST',
      headers: {
        'x-api-key': apiKey.reveal(),
        'content-type': 'application/json',
        'user-agent': `harborforge-monitor/${version}`,
      },
      body: '{}',
    });
    const ms = monoMs() - begunMs;
    answer.body.on('error', () => {}).destroy();
    const header = (name: string) => [answer.headers[name]].flat()[0] ?? null;
    return { status: answer.statusCode, date: header('date'), location: header('location'), ms };
  } catch (error) {
    if (isLate) return `no answer within ${limitMs / 1000} s`;
    return messageOf(error instanceof AggregateError ? error.errors[0] : error);
  } finally {
    clearTimeout(timer);
    dispatcher.destroy().catch(() => {});
  }
}
