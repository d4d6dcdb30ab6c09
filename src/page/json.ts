/**
 * Looks into answers of the bridge. A newer or older Monitor may leave out what this page knows, so that nothing is taken for granted: what
 * is not there, or is of another type, is null.
 */

/** The value behind these names, one in the other; undefined where one of them leads nowhere. */
export function valueAt(json: unknown, ...path: readonly string[]): unknown {
  let value = json;
  for (const name of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

export function numberAt(json: unknown, ...path: readonly string[]): number | null {
  const value = valueAt(json, ...path);
  return typeof value === 'number' ? value : null;
}

export function textAt(json: unknown, ...path: readonly string[]): string | null {
  const value = valueAt(json, ...path);
  return typeof value === 'string' ? value : null;
}

export function flagAt(json: unknown, ...path: readonly string[]): boolean | null {
  const value = valueAt(json, ...path);
  return typeof value === 'boolean' ? value : null;
}

/** An array of texts; what is in it beside texts is left out. */
export function textsAt(json: unknown, ...path: readonly string[]): string[] | null {
  const value = valueAt(json, ...path);
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : null;
}

/** An array of numbers, in which null stands for all that is none. */
export function numbersAt(json: unknown, ...path: readonly string[]): (number | null)[] | null {
  const value = valueAt(json, ...path);
  return Array.isArray(value) ? value.map((each) => (typeof each === 'number' ? each : null)) : null;
}
