import { EventEmitter } from 'node:events';
import type { CommandInput, CommandOutput } from '../../src/commands/context.js';
import { TerminalGrid } from './terminal-grid.js';

/** A terminal that is none: what is written to it is applied to a grid, and keys are pressed by calling `press`. */
export class FakeTerminal {
  readonly grid: TerminalGrid;
  isRaw = false;
  /** One text for each write. */
  readonly writes: string[] = [];
  readonly stdin: CommandInput;
  readonly stdout: CommandOutput & { columns: number; rows: number };
  readonly #keys = new EventEmitter();
  readonly #sizes = new EventEmitter();

  /** `onWrite` is called with the number of each write, from 1, before it is made, and may throw. */
  constructor(columns: number, rows: number, onWrite: (count: number) => void = () => {}) {
    let tries = 0;
    const { writes, grid } = { writes: this.writes, grid: new TerminalGrid(columns, rows) };
    this.grid = grid;
    const [keys, sizes] = [this.#keys, this.#sizes];
    this.stdin = {
      isTTY: true,
      setRawMode: (isRaw: boolean) => {
        this.isRaw = isRaw;
      },
      on: (event, listener) => keys.on(event, listener),
      off: (event, listener) => keys.off(event, listener),
      resume: () => {},
      pause: () => {},
    };
    this.stdout = {
      isTTY: true,
      columns,
      rows,
      write: (text: string) => {
        tries++;
        onWrite(tries);
        writes.push(text);
        grid.write(text);
      },
      on: (event, listener) => sizes.on(event, listener),
      off: (event, listener) => sizes.off(event, listener),
    };
  }

  press(keys: string): void {
    this.#keys.emit('data', Buffer.from(keys));
  }

  resize(columns: number, rows: number): void {
    this.grid.resize(columns, rows);
    Object.assign(this.stdout, { columns, rows });
    this.#sizes.emit('resize');
  }

  /** How many still listen to it. */
  get listeners(): number {
    return this.#keys.listenerCount('data') + this.#sizes.listenerCount('resize');
  }
}
