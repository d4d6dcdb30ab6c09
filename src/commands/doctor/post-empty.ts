import { HttpPoster } from '../../../workers/net/http-poster.js';
import type { Secret } from '../../secret.js';
import { messageOf } from '../../shared/errors.js';

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
  const poster = new HttpPoster(url, env);
  const begunMs = monoMs();
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    poster.cut();
  }, limitMs);
  try {
    const headers = {
      'x-api-key': apiKey.reveal(),
      'content-type': 'application/json',
      'user-agent': `harborforge-monitor/${version}`,
    };
    const answer = await poster.post(headers, '{}');
    const { date = null, location = null } = answer.headers;
    return { status: answer.status, date, location, ms: monoMs() - begunMs };
  } catch (error) {
    if (isLate) return `no answer within ${limitMs / 1000} s`;
    return messageOf(error instanceof AggregateError ? error.errors[0] : error);
  } finally {
    clearTimeout(timer);
    poster.cut();
  }
}
