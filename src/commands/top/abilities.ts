/** What a terminal can show. */
export interface Abilities {
  /** Whether the cursor can be moved, which the view needs. */
  readonly isAddressable: boolean;
  readonly hasColour: boolean;
  /** Whether it has eighths of blocks. */
  readonly hasBlocks: boolean;
}

/** The names of terminals, in terminfo, that have one colour. */
const MONOCHROME = /^(vt\d|ansi-m|dumb|unknown$)|mono|-m$/;

/**
 * Tells from the environment what the terminal can show. Where it says nothing, less is assumed.
 * @see https://no-color.org and terminfo(5)
 */
export function readAbilities(env: Readonly<Record<string, string | undefined>>): Abilities {
  const { TERM: term = '', NO_COLOR: noColour = '' } = env;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  const isAddressable = term !== '' && term !== 'dumb' && term !== 'unknown';
  return {
    isAddressable,
    hasColour: isAddressable && noColour === '' && !MONOCHROME.test(term),
    // The fonts of the Linux console have halves of blocks, and no eighths.
    hasBlocks: isAddressable && /utf-?8/i.test(locale) && term !== 'linux',
  };
}
