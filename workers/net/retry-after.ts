/**
 * Reads a `Retry-After` header: whole seconds, or an HTTP date, which is taken relative to the answer's own `Date` where it has one
 * (the two clocks need not agree) and else to `wallMs`. Returns milliseconds from now, null when it says nothing usable.
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

/** The three forms of an HTTP date, all in GMT, though asctime's does not say so; NaN: it is none. */
function parseHttpDate(text: string): number {
  // Date.parse alone takes much for a date ("soon 5"), and one without a zone for local time.
  if (!/^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d/.test(text)) return Number.NaN;
  return Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
}
