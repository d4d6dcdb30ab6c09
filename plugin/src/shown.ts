const MAX_CHARS = 60;

/** A value as it is shown in a sentence about it: as JSON, cut where it is long. For any value whatsoever. */
export function shown(value: unknown): string {
  let text: string;
  try {
    text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    text = typeof value;
  }
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}
