const ESC = '\x1b';
const PIECE = new RegExp(`${ESC}\\[(\\??)([\\d;]*)([A-Za-z])|[^${ESC}]`, 'gu');
/** The beginning of a sequence whose end is still to come. */
const UNFINISHED = new RegExp(`${ESC}(\\[\\??[\\d;]*)?$`, 'u');

/** One cell of a terminal and the colour that it has, as the parameter of its SGR sequence; '0': none. */
interface Cell {
  readonly character: string;
  readonly style: string;
}

const BLANK: Cell = { character: ' ', style: '0' };

/**
 * As much of a terminal as the Monitor uses: what is written to it is applied to a grid of cells, so that a test sees what a person sees.
 * A sequence that it does not know is an error, and so is a character that would wrap.
 */
export class TerminalGrid {
  isAlternate = false;
  isCursorShown = true;
  isWrapping = true;
  /** Every sequence that was written. */
  readonly sequences: string[] = [];
  #columns: number;
  #rows: number;
  #cells: Cell[][] = [];
  #row = 0;
  #column = 0;
  #style = '0';
  #unfinished = '';
  #isStrict = true;

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
    this.#clear();
  }

  /**
   * Changes the size; what was on the screen is undefined then, so a mark stands everywhere until it is drawn over. What is written for
   * another size is cut off from now on: it may be on its way, and `stty` changes columns and rows one after the other.
   */
  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    this.#isStrict = false;
    this.#cells = this.#filled({ character: '~', style: '0' });
  }

  /** The rows as text, blanks at their ends left out. */
  get lines(): string[] {
    return this.#cells.map((row) =>
      row
        .map(({ character }) => character)
        .join('')
        .trimEnd(),
    );
  }

  /** The colours of a row's characters. */
  stylesOf(row: number): string[] {
    return this.#cells[row]?.map(({ style }) => style) ?? [];
  }

  /** Whether everything is as it was before the program came. */
  get isRestored(): boolean {
    return !this.isAlternate && this.isCursorShown && this.isWrapping && this.#style === '0';
  }

  write(more: string): void {
    const text = this.#unfinished + more;
    [this.#unfinished = ''] = UNFINISHED.exec(text) ?? [];
    const whole = text.slice(0, text.length - this.#unfinished.length);
    for (const [piece, privately, parameters = '', final] of whole.matchAll(PIECE)) {
      if (final === undefined) this.#print(piece);
      else {
        this.sequences.push(piece);
        this.#apply(`${privately}${final}`, parameters);
      }
    }
  }

  #print(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#row++;
    // What others write on the main screen is no concern of these tests.
    else if (this.isAlternate) {
      const row = this.#cells[this.#row];
      if (row === undefined || this.#column >= this.#columns) {
        if (!this.#isStrict) return;
        throw new Error(`${JSON.stringify(character)} at ${this.#row}, ${this.#column}: out of the screen`);
      }
      row[this.#column++] = { character, style: this.#style };
    }
  }

  #apply(sequence: string, parameters: string): void {
    if (sequence === 'H') {
      const [row = 1, column = 1] = parameters.split(';').map(Number);
      this.#row = row - 1;
      this.#column = column - 1;
    } else if (sequence === 'J' && parameters === '2') this.#clear();
    // Node ends what it colours itself with 39.
    else if (sequence === 'm') this.#style = parameters === '39' ? '0' : parameters.replace(/^0;/, '');
    else if (sequence === '?h' || sequence === '?l') this.#setMode(parameters, sequence === '?h');
    else throw new Error(`a sequence that this terminal does not know: ${parameters}${sequence}`);
  }

  #setMode(mode: string, isOn: boolean): void {
    if (mode === '1049') this.isAlternate = isOn;
    else if (mode === '25') this.isCursorShown = isOn;
    else if (mode === '7') this.isWrapping = isOn;
    else throw new Error(`a mode that this terminal does not know: ${mode}`);
  }

  #clear(): void {
    this.#cells = this.#filled(BLANK);
  }

  #filled(cell: Cell): Cell[][] {
    return Array.from({ length: this.#rows }, () => new Array<Cell>(this.#columns).fill(cell));
  }
}
