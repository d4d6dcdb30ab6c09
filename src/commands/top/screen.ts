import { type Canvas, STYLES } from './canvas.js';

const ESC = '\x1b[';
/** The alternate screen, no cursor, no wrapping at the right edge. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l`;
/** All of it undone, in the other order. */
const LEAVE = `${ESC}0m${ESC}?7h${ESC}?25h${ESC}?1049l`;
const CLEAR = `${ESC}0m${ESC}2J`;

/**
 * Makes, of what shall be seen, the text that has a terminal show it: of each row only what lies between the first and the last cell that
 * changed. Writes nothing itself.
 * @see https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */
export class Screen {
  readonly #hasColour: boolean;
  #shown: Canvas | null = null;

  constructor(hasColour: boolean) {
    this.#hasColour = hasColour;
  }

  /** Takes the terminal over. */
  enter(): string {
    this.#shown = null;
    return ENTER;
  }

  /** Gives the terminal back as it was. May be written more than once. */
  leave(): string {
    this.#shown = null;
    return LEAVE;
  }

  /** What is on the terminal is not known any more: the next frame is drawn whole. */
  forget(): void {
    this.#shown = null;
  }

  /** The text that brings `next` onto the terminal; empty when it is there. `next` must not be changed afterwards. */
  draw(next: Canvas): string {
    const isSameSize = this.#shown?.columns === next.columns && this.#shown.rows === next.rows;
    const shown = isSameSize ? this.#shown : null;
    let text = shown === null ? CLEAR : '';
    for (let row = 0; row < next.rows; row++) text += this.#drawRow(shown, next, row);
    this.#shown = next;
    return text;
  }

  #drawRow(shown: Canvas | null, next: Canvas, row: number): string {
    const start = row * next.columns;
    let first = start;
    let last = start + next.columns - 1;
    while (first <= last && isSame(shown, next, first)) first++;
    while (last >= first && isSame(shown, next, last)) last--;
    if (first > last) return '';
    let text = `${ESC}${row + 1};${first - start + 1}H`;
    let style = 0;
    for (let cell = first; cell <= last; cell++) {
      const wanted = this.#hasColour ? next.styles[cell]! : 0;
      // From any style to any other by way of none: each sets one attribute, and none takes it back.
      if (wanted !== style) text += wanted === 0 ? `${ESC}0m` : `${ESC}0;${STYLES[wanted]}m`;
      style = wanted;
      text += next.characters[cell];
    }
    return style === 0 ? text : `${text}${ESC}0m`;
  }
}

/** Of a terminal that was cleared every cell is blank. */
function isSame(shown: Canvas | null, next: Canvas, cell: number): boolean {
  if (shown === null) return next.characters[cell] === ' ';
  return shown.characters[cell] === next.characters[cell] && shown.styles[cell] === next.styles[cell];
}
