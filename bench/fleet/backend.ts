/** What becomes of a request. */
export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly retryAfter?: string;
      readonly date?: string;
      /** The backend doesn't want the host to come back before this. */
      readonly notBeforeMs?: number;
    }
  | { readonly kind: 'refused' }
  /** It is taken, and no answer comes. */
  | { readonly kind: 'hanging' };

/** Answers a request that comes at `atMs`, on the backend's clock. Requests come in the order of their times. */
export type Backend = (atMs: number) => Answer;

/** The backend's wall clock at the start of virtual time; at a whole second, as an HTTP date is. */
export const EPOCH_MS = Date.UTC(2026, 2, 22, 12);

const OK: Answer = { kind: 'answered', status: 200 };

/** A backend that takes everything. */
export const up: Backend = () => OK;

/** A backend that gives the same answer to everyone. */
export function always(answer: Answer): Backend {
  return () => answer;
}

/** A backend that behaves as `during` from one time to another, and as `otherwise` before and after. */
export function between(fromMs: number, toMs: number, during: Backend, otherwise: Backend = up): Backend {
  return (atMs) => (atMs >= fromMs && atMs < toMs ? during : otherwise)(atMs);
}

/** Sends everyone away for a number of seconds. */
export function comeBackIn(seconds: number, status = 429): Backend {
  const retryAfter = String(seconds);
  return (atMs) => ({ kind: 'answered', status, retryAfter, notBeforeMs: atMs + seconds * 1000 });
}

/** Sends everyone away until a time, a whole second, by an HTTP date: the one answer that names the same moment to all. */
export function comeBackAt(untilMs: number, status = 429): Backend {
  const retryAfter = httpDate(untilMs);
  const date = perSecond(httpDate);
  return (atMs) => ({ kind: 'answered', status, retryAfter, date: date(atMs), notBeforeMs: untilMs });
}

/** Carries so many requests in each second, evenly, and answers the others as `excess` does. */
export function withCapacity(rps: number, excess: Backend): Backend {
  // What may come at once: a tenth of a second's worth.
  const burst = Math.max(1, rps / 10);
  let tokens = burst;
  let lastMs = 0;
  return (atMs) => {
    tokens = Math.min(burst, tokens + ((atMs - lastMs) * rps) / 1000);
    lastMs = atMs;
    if (tokens < 1) return excess(atMs);
    tokens--;
    return OK;
  };
}

/** Takes so many requests in each minute, and sends the others away until the next one begins, as many a gateway does. */
export function withQuota(perMinute: number): Backend {
  let minute = Number.NaN;
  let left = 0;
  let away: Backend = up;
  return (atMs) => {
    const now = Math.floor(atMs / 60_000);
    if (now !== minute) {
      minute = now;
      left = perMinute;
      away = comeBackAt((now + 1) * 60_000);
    }
    return left-- > 0 ? OK : away(atMs);
  };
}

function httpDate(atMs: number): string {
  return new Date(EPOCH_MS + atMs).toUTCString();
}

/** Renders once in each second. */
function perSecond(render: (atMs: number) => string): (atMs: number) => string {
  let second = Number.NaN;
  let text = '';
  return (atMs) => {
    const now = Math.floor(atMs / 1000);
    if (now !== second) {
      second = now;
      text = render(now * 1000);
    }
    return text;
  };
}
