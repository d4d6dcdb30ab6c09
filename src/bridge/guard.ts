import { createHash, timingSafeEqual } from 'node:crypto';
import type { Secret } from '../secret.js';
import { type Answer, errorAnswer } from './answer.js';

const LOCAL_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d{1,5})?$/i;

/** The headers of a request, by lower-case name; '' where there is none. */
export interface Headers {
  getHeader(lowerCaseName: string): string;
}

/** What a route may look at of a request. */
export interface RequestHead extends Headers {
  /** What is behind the `?` of the target, as it came; '' where there is nothing. */
  getQuery(): string;
}

/** Says why a request is not served, or null. */
export type Guard = (request: Headers) => Answer | null;

/**
 * Keeps browsers and strangers out: a Host that is not this machine's own (a page behind rebound DNS), any Origin (a page at all), what a
 * browser says to come from another site (an image, a script, a frame or a link, which have no Origin; an address that was typed does not),
 * and, where a token is set, requests without it. Thread: main. Allocates: for a request that passes without
 * a token nothing but what `getHeader` returns.
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

/** Of equal length whatever was sent, so that the comparison takes the same time. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
