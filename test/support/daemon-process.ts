import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What everybody runs: the bundle. */
export const MAIN = fileURLToPath(new URL('../../../bundle/src/main.js', import.meta.url));

/** The words that the daemon's own first line runs it with, on the Node that runs this, with `nodeArgs` behind its flags. */
export function launchWords(nodeArgs: readonly string[]): [program: string, ...args: string[]] {
  const [firstLine = ''] = readFileSync(MAIN, 'utf8').split('\n', 1);
  const [, program, words] = /^#!(\S+) -S (.+)$/.exec(firstLine) ?? [];
  if (program === undefined || words === undefined) throw new Error(`no way to run the daemon: ${firstLine}`);
  return [
    program,
    ...words.split(' ').map((word) => (word === 'node' ? process.execPath : word)),
    ...nodeArgs,
  ];
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string; readonly level?: string };

/** The real daemon as a process of its own, started on a free port unless it is told another. */
export class DaemonProcess {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  stderr = '';
  /** Resolves with the exit code, or the name of the signal that ended it. */
  readonly exited: Promise<number | string>;
  #onLine: (() => void) | null = null;

  /**
   * `env` is the whole environment, but for PATH; undefined values are left out. `wrapper` is a command that runs, in its own place, the
   * one that is put behind it; `main` is the daemon's file.
   */
  constructor(
    env: Readonly<Record<string, string | undefined>>,
    args: readonly string[] = [],
    nodeArgs: readonly string[] = [],
    wrapper: readonly string[] = [],
    main = MAIN,
  ) {
    const [program = '', ...words] = [...wrapper, ...launchWords(nodeArgs), main, ...args];
    this.child = spawn(program, words, {
      env: { PATH: process.env['PATH'], MONITOR_PORT: '0', MONITOR_DISK_PATH: '/', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.child, 'close').then(([code, signal]) => (code ?? signal) as number | string);
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.#take(line));
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    void this.exited.then(() => this.#onLine?.());
  }

  /** The first log line, of those there were and those to come, that `wanted` says yes to. Rejects when the daemon ends without it. */
  async line(wanted: (line: LogLine) => boolean): Promise<LogLine> {
    let ended = false;
    void this.exited.then(() => {
      ended = true;
    });
    for (let next = 0; ; next++) {
      while (next >= this.lines.length) {
        if (ended) throw new Error(`the daemon ended without that line; stderr: ${this.stderr}`);
        await new Promise<void>((resolve) => {
          this.#onLine = resolve;
        });
      }
      const line = this.lines[next]!;
      if (wanted(line)) return line;
    }
  }

  /** The bridge's address, as soon as it listens. */
  async address(): Promise<string> {
    const line = await this.line(({ msg }) => msg === 'bridge listening');
    return line['address'] as string;
  }

  /** Sends `signal`, and resolves with how the daemon ended. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | string> {
    this.child.kill(signal);
    return this.exited;
  }

  #take(line: string): void {
    let parsed: LogLine;
    try {
      parsed = JSON.parse(line) as LogLine;
    } catch {
      parsed = { msg: line };
    }
    this.lines.push(parsed);
    this.#onLine?.();
  }
}
