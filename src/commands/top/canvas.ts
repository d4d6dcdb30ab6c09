/** How a cell looks: the parameter of its SGR sequence (ECMA-48, 8.3.117); left out on a terminal without colour. */
export const STYLES = ['0', '1', '2', '32', '33', '31'] as const;
/** Index of each style. */
export const STYLE = { plain: 0, strong: 1, faint: 2, good: 3, warning: 4, bad: 5 } as const;
export type Style = (typeof STYLE)[keyof typeof STYLE];

/** A grid of cells, each one character of one column's width. What does not fit is cut off: nothing ever wraps. */
export class Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly characters: string[];
  readonly styles: Uint8Array;

  /** Makes it blank. */
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.characters = new Array<string>(columns * rows).fill(' ');
    this.styles = new Uint8Array(columns * rows);
  }

  /** Writes `text`, of characters one cell wide each, from a cell on to the right. Returns the column behind it. */
  put(row: number, column: number, text: string, style: Style = STYLE.plain): number {
    for (let i = 0; i < text.length; i++) {
      const at = column + i;
      if (at < 0 || at >= this.columns || row < 0 || row >= this.rows) continue;
      this.characters[row * this.columns + at] = text[i]!;
      this.styles[row * this.columns + at] = style;
    }
    return column + text.length;
  }

  /** Writes `text` so that it ends with the last column. */
  putRight(row: number, text: string, style: Style = STYLE.plain): void {
    this.put(row, this.columns - text.length, text, style);
  }
}
