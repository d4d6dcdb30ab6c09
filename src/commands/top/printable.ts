/** What takes exactly one cell of any terminal: ASCII, and the letters of Latin-1 and Latin Extended-A. */
const ONE_CELL = /[^\x20-\x7e\u00a1-\u00ac\u00ae-\u017f]/gu;
const ASCII = /[^\x20-\x7e]/gu;

/**
 * Text from outside (a host's name, a site's, a certificate's) as it may be shown on a terminal: a question mark in the place of whatever
 * else is in it, above all of the control characters with which a file's name could take the terminal over.
 */
export function printable(text: string, isUnicode = true): string {
  return text.replace(isUnicode ? ONE_CELL : ASCII, '?');
}
