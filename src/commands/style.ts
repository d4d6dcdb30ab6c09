import type { CommandOutput } from './context.js';

/** Turns text into the same text in a colour, where there are colours. */
export type Paint = (text: string) => string;

/** How a terminal may be written to. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly red: Paint;
  /** What the full and the empty part of a bar are drawn with. */
  readonly bar: readonly [full: string, empty: string];
}

/** Thresholds of the warning and the critical colour. */
const HIGH_PCT = 75;
const CRITICAL_PCT = 90;

/** The colour of a share in percent. */
export function colourOfShare(pct: number, { green, yellow, red }: Style): Paint {
  if (pct >= CRITICAL_PCT) return red;
  return pct >= HIGH_PCT ? yellow : green;
}

/**
 * What the output can show: no colours where it is no terminal or a dumb one, or where NO_COLOR is set; blocks only where the locale says
 * that it is UTF-8. @see https://no-color.org
 */
export function createStyle(
  { isTTY }: Pick<CommandOutput, 'isTTY'>,
  env: Readonly<Record<string, string | undefined>>,
): Style {
  const hasColours = isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  const paint = (code: number): Paint =>
    hasColours ? (text) => `\u001b[${code}m${text}\u001b[0m` : (text) => text;
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  return {
    bold: paint(1),
    dim: paint(2),
    green: paint(32),
    yellow: paint(33),
    red: paint(31),
    bar: /utf-?8/i.test(locale) ? ['█', '░'] : ['#', '.'],
  };
}
