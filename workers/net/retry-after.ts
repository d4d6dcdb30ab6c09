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
  // Date.parse takes much for a date: an HTTP date begins with the day's name.
  if (!/^[A-Z][a-z]{2}/.test(text)) return null;
  const untilMs = Date.parse(text);
  if (Number.isNaN(untilMs)) return null;
  const serverMs = date === undefined ? Number.NaN : Date.parse(date);
  return Math.max(0, untilMs - (Number.isNaN(serverMs) ? wallMs : serverMs));
}
