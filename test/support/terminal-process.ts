import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import type { Scope } from './fixtures.js';
import { missing } from './load.js';
import { TerminalGrid } from './terminal-grid.js';
import { until } from './until.js';

/** Why no program can be run on a terminal here; false: one can. */
export const noTerminal = missing('script', '--version') || missing('stty', '--version');

/** A program on a pseudo-terminal of its own, and what is to be seen there. */
export class TerminalProcess {
  readonly grid: TerminalGrid;
  /** All that was written, escape sequences and all. */
  output = '';
  /** Resolves with the program's exit code; 128 and the number of a signal that ended it. */
  readonly exited: Promise<number>;
  /** `script`, which holds the terminal. */
  readonly #holder: ChildProcess;

  /** Starts it; `env` is the whole environment, but for PATH. It is killed after the test. */
  constructor(
    t: Scope,
    command: readonly string[],
    options: { columns: number; rows: number; env: Readonly<Record<string, string | undefined>> },
  ) {
    const { columns, rows, env } = options;
    this.grid = new TerminalGrid(columns, rows);
    const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const line = `stty cols ${columns} rows ${rows}; exec ${quoted}`;
    this.#holder = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
      env: { PATH: process.env['PATH'], SHELL: '/bin/sh', TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#holder.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.output += text;
      this.grid.write(text);
    });
    this.#holder.stdin?.on('error', () => {});
    this.exited = once(this.#holder, 'close').then(([code]) => code as number);
    t.after(async () => {
      this.#holder.kill('SIGKILL');
      await this.exited;
    });
  }

  /** Presses keys. */
  type(keys: string): void {
    this.#holder.stdin?.write(keys);
  }

  /** Resolves when the screen is as wanted, with its lines. */
  async seen(what: string, wanted: (lines: readonly string[]) => boolean): Promise<readonly string[]> {
    return until(`${what} on the terminal`, () => {
      const { lines } = this.grid;
      return wanted(lines) && lines;
    });
  }

  /** The number of the program's process. */
  get pid(): number {
    const { pid } = this.#holder;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
    return Number(children[0]);
  }

  /** The settings of the terminal line, as `stty -a` has them. */
  get settings(): string {
    return execFileSync('stty', ['-a', '-F', this.#device()], { encoding: 'utf8' });
  }

  /** Changes the size of the terminal, upon which the kernel sends SIGWINCH. */
  resize(columns: number, rows: number): void {
    this.grid.resize(columns, rows);
    execFileSync('stty', ['-F', this.#device(), 'cols', String(columns), 'rows', String(rows)]);
  }

  /** Takes the terminal away from the program: the other end of it is closed. */
  hangUp(): void {
    this.#holder.kill('SIGKILL');
  }

  #device(): string {
    const { pid } = this;
    for (const fd of readdirSync(`/proc/${pid}/fd`)) {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
      if (target.startsWith('/dev/pts/')) return target;
    }
    throw new Error('the program has no terminal');
  }
}
