/**
 * Parses a `Retry-After` header: whole seconds, or an HTTP date. A date is relative to the answer's own `Date` header, since the two clocks
 * may differ, or to `wallMs` without one. Returns milliseconds from now; null if the value is unusable.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function parseRetryAfter(
  retryAfter: string | undefined,
  date: string | undefined,
  wallMs: number,
): number | null {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const untilMs = parseHttpDate(text);
  if (Number.isNaN(untilMs)) return null;
  const serverMs = parseHttpDate(date?.trim() ?? '');
  return Math.max(0, untilMs - (Number.isNaN(serverMs) ? wallMs : serverMs));
}

/** Parses any of the three forms of an HTTP date. All are GMT, although asctime's does not say so. NaN: malformed. */
function parseHttpDate(text: string): number {
  // Date.parse alone accepts too much ("soon 5") and takes a date without a zone as local time.
  if (!/^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d/.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}
