import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.js';
import { type Answer, errorAnswer } from './answer.js';

const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** The headers of a request, by lower-case name; '' if absent. */
export interface Headers {
  getHeader(lowerCaseName: string): string;
}

/** The part of a request that routes may read. */
export interface RequestHead extends Headers {
  /** The raw query after the `?` of the target; '' if there is none. */
  getQuery(): string;
}

/** Returns the refusal of a request, or null to serve it. */
export type Guard = (request: Headers) => Answer | null;

/**
 * Keeps out browsers and strangers. It refuses a Host that is not this machine's own (a page with rebound DNS), any Origin (a page),
 * requests that a browser marks as cross-site (an image, a script, a frame or a link, which send no Origin; a typed address is not marked),
 * and, if a token is set, requests without it. Thread: main. Allocates nothing but what `getHeader` returns, if the request passes and
 * there is no token.
 */
export function createGuard(token: Secret | null): Guard {
  const misdirected = errorAnswer('misdirected_request', 'the Host must be 127.0.0.1, localhost or [::1]');
  const forbidden = errorAnswer('origin_forbidden', 'requests from web pages are not served');
  const unauthorized = errorAnswer('unauthorized', 'this bridge wants "Authorization: Bearer <token>"', {
    headers: [['www-authenticate', 'Bearer']],
  });
  const expected = token === null ? null : digest(`Bearer ${token.reveal()}`);
  // Clients send the same Host over and over.
  let lastGoodHost = '';
  return (request) => {
    const host = request.getHeader('host');
    if (host !== lastGoodHost || host === '') {
      if (!LOCAL_HOST.test(host)) return misdirected;
      lastGoodHost = host;
    }
    if (request.getHeader('origin') !== '') return forbidden;
    const site = request.getHeader('sec-fetch-site');
    if (site !== '' && site !== 'none' && site !== 'same-origin') return forbidden;
    if (expected === null) return null;
    return timingSafeEqual(digest(request.getHeader('authorization')), expected) ? null : unauthorized;
  };
}

/** The length does not depend on the input, so the comparison takes constant time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
