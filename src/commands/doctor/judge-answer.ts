import { printable } from '../top/printable.js';
import { type Finding, ok, problem, warning } from './finding.js';
import type { BackendAnswer } from './post-empty.js';

const SKEW_LIMIT_S = 5;

/** What the answer to an empty body says of the key; `origin` is the file or the variable that it is from. */
export function judgeAnswer({ status, location }: BackendAnswer, url: URL, origin: string): Finding {
  const from = `the key of ${origin}`;
  if (status === 400 || status === 422) return ok('api-key', `accepted: ${from}`);
  if (status === 401 || status === 403)
    return problem(
      'api-key',
      `refused with HTTP ${status}: ${from}`,
      `put the key that the backend knows this host by into ${origin}`,
    );
  if (status >= 200 && status < 300)
    return warning(
      'api-key',
      `HTTP ${status} for an empty body, which is no heartbeat: it says nothing of ${from}`,
      `see that ${url.origin} is a HarborForge backend`,
    );
  if (status >= 300 && status < 400)
    return problem(
      'api-key',
      `not known: HTTP ${status}${location === null ? '' : ` to ${printable(location.replace(/[?#].*$/s, ''))}`}, and redirects are not followed`,
      'set MONITOR_BACKEND_URL to where it redirects to',
    );
  if (status === 404 || status === 405)
    return problem(
      'api-key',
      `not known: HTTP ${status}: heartbeats are not taken there`,
      'check the path in MONITOR_BACKEND_URL: monitor/server/heartbeat-v2 is put behind it',
    );
  if (status === 429)
    return warning('api-key', `not known: HTTP 429: the backend has too many requests`, 'run it again later');
  if (status >= 500)
    return warning(
      'api-key',
      `not known: HTTP ${status}: the backend has a fault`,
      'nothing can be done here; heartbeats are tried again by themselves',
    );
  return problem('api-key', `not known: HTTP ${status}`, `see that ${url.origin} is a HarborForge backend`);
}

/** How far this host's clock is from the backend's at the moment `wallMs`; null where that told no time. */
export function judgeClock(date: string | null, wallMs: number): Finding | null {
  const theirsMs = Date.parse(date ?? '');
  if (Number.isNaN(theirsMs)) return null;
  // The header has whole seconds, cut off: in the mean it lies half a second back.
  const seconds = (wallMs - (theirsMs + 500)) / 1000;
  const found = `this host's clock is ${Math.abs(seconds).toFixed(1)} s ${seconds > 0 ? 'ahead of' : 'behind'} the backend's`;
  return Math.abs(seconds) <= SKEW_LIMIT_S
    ? ok('clock', found)
    : warning('clock', found, 'have it kept by NTP: timedatectl set-ntp true; or see to the backend');
}
