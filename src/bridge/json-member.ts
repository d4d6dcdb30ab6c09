const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Cuts the text of a member's value out of the text of a JSON object: the source of `JSON.parse(json)[name]`, including inner white space.
 * If several members have that name, the last one counts. The name may contain escapes. Null: there is none, or `json` is not an object.
 * `json` must be valid JSON, otherwise the result is meaningless.
 *
 * Parsing and serializing would change the value: numbers beyond a double, -0, members of the same name, their order.
 * Makes one pass without recursion, however deep the value is. Thread: any. Allocates: the names, but not the value (a slice).
 */
export function memberText(json: string, name: string): string | null {
  let found: string | null = null;
  let depth = 0;
  let key = '';
  /** Where the value of the current member begins; -1: its name has not been read yet. */
  let valueAt = -1;
  for (let at = 0; at < json.length; at++) {
    const char = json[at];
    if (char === '"') {
      const endAt = stringEnd(json, at);
      if (depth === 1 && valueAt < 0) key = json.slice(at, endAt);
      at = endAt - 1;
    } else if (char === '{' || char === '[') {
      depth++;
    } else if (depth === 1 && char === ':') {
      valueAt = at + 1;
    } else if (char === ',' || char === '}' || char === ']') {
      if (depth === 1 && valueAt >= 0) {
        if (isName(key, name)) found = json.slice(valueAt, at).trim();
        valueAt = -1;
      }
      if (char !== ',') depth--;
    }
  }
  return found;
}

/** The index after the closing quote of the string that begins at `startAt`. */
function stringEnd(json: string, startAt: number): number {
  let at = startAt + 1;
  while (at < json.length && json.charCodeAt(at) !== QUOTE) at += json.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}

/** Whether a string of the JSON text, including its quotes, is this name. */
function isName(text: string, name: string): boolean {
  return (text.includes('\\') ? JSON.parse(text) : text.slice(1, -1)) === name;
}
