import { fstatSync, writeFileSync } from 'node:fs';
import type { CommandOutput } from './commands/context.js';

/** The used part of `process.stdout`. */
export interface OutputStream {
  readonly fd: number;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  write(text: string, taken?: (error?: Error | null) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  on(event: 'resize', listener: () => void): unknown;
  off(event: 'resize', listener: () => void): unknown;
}

/**
 * Standard output or standard error, with every loss reported. To a pipe, Node writes as much as fits and buffers the rest, which is lost
 * if the process exits then. To a file, Node writes only once, which is incomplete on a nearly full disk. Thread: main.
 */
export class StandardOutput implements CommandOutput {
  readonly #stream: OutputStream;
  readonly #onBroken: (error: Error) => void;
  readonly #isFile: boolean;
  #error: Error | null = null;

  /** `onBroken` is called once, when nothing can be written any more. */
  constructor(stream: OutputStream, onBroken: (error: Error) => void) {
    this.#stream = stream;
    this.#onBroken = onBroken;
    const kind = fstatSync(stream.fd);
    this.#isFile = stream.isTTY !== true && !kind.isFIFO() && !kind.isSocket();
    stream.on('error', (error) => this.#break(error));
  }

  get isTTY(): boolean {
    return this.#stream.isTTY === true;
  }

  get columns(): number {
    return this.#stream.columns ?? 80;
  }

  get rows(): number {
    return this.#stream.rows ?? 24;
  }

  write(text: string): void {
    if (this.#error !== null) return;
    if (!this.#isFile) {
      this.#stream.write(text);
      return;
    }
    try {
      writeFileSync(this.#stream.fd, text);
    } catch (error) {
      this.#break(error as Error);
    }
  }

  on(event: 'resize', listener: () => void): void {
    this.#stream.on(event, listener);
  }

  off(event: 'resize', listener: () => void): void {
    this.#stream.off(event, listener);
  }

  /** Resolves when the kernel has taken all that was written, or writing failed. Never resolves if the reader stops reading. */
  async settle(): Promise<void> {
    if (this.#isFile || this.#error !== null) return;
    const error = await new Promise<Error | null>((resolve) => {
      this.#stream.write('', (problem) => resolve(problem ?? null));
    });
    if (error !== null) this.#break(error);
  }

  #break(error: Error): void {
    if (this.#error !== null) return;
    this.#error = error;
    this.#onBroken(error);
  }
}

/** The message about a broken output; null: its reader has read enough, as in `once | head -1`. */
export function describeBroken(error: Error): string | null {
  return (error as NodeJS.ErrnoException).code === 'EPIPE' ? null : `standard output: ${error.message}`;
}
