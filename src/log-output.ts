import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDOUT = 1;
/** As much as a pipe holds. What does not fit is lost, and counted. */
const MAX_BACKLOG_BYTES = 65_536;
const RETRY_MS = 250;
const LOOK_MS = 5;

/** Writes what can be written at once, and returns how many bytes that was. Where there is no room it returns 0 or throws EAGAIN. */
export type WriteNow = (bytes: Uint8Array) => number;

/**
 * Standard output as the log has it: a line is written before the call returns, so that the last word of a dying process is not lost,
 * and nobody who does not read it is waited for. What can't be written stays behind, up to a limit, and is tried again with the next
 * line and four times a second. Nothing comes behind a line that was lost before that is told. Thread: main. Throws nothing.
 */
export class LogOutput {
  /** Called when there is room again, with the number of lines that were dropped. */
  onLost: (lines: number) => void = () => {};
  readonly #writeNow: WriteNow;
  #backlog = Buffer.alloc(0);
  #lostLines = 0;
  #retries: NodeJS.Timeout | null = null;

  constructor(writeNow = openStdout()) {
    this.#writeNow = writeNow;
  }

  /** Writes `text`, which ends with a newline. */
  write(text: string): void {
    this.#flush();
    const bytes = Buffer.from(text);
    if (this.#lostLines > 0 || this.#backlog.length + bytes.length > MAX_BACKLOG_BYTES) {
      this.#lostLines++;
      return;
    }
    this.#backlog = this.#backlog.length === 0 ? bytes : Buffer.concat([this.#backlog, bytes]);
    this.#flush();
  }

  /** Waits until everything is written, at most `ms`. */
  async settle(ms: number): Promise<void> {
    const untilMs = performance.now() + ms;
    while (this.#backlog.length > 0 && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      this.#flush();
    }
  }

  #flush(): void {
    try {
      for (let written = 1; written > 0 && this.#backlog.length > 0; ) {
        written = this.#writeNow(this.#backlog);
        this.#backlog = this.#backlog.subarray(written);
      }
    } catch {
      // Nobody reads, whoever read has gone, or the disk behind it is full: no reason to stop watching the host.
    }
    if (this.#backlog.length > 0) {
      this.#retries ??= setInterval(() => this.#flush(), RETRY_MS).unref();
      return;
    }
    if (this.#retries !== null) clearInterval(this.#retries);
    this.#retries = null;
    const lost = this.#lostLines;
    this.#lostLines = 0;
    if (lost > 0) this.onLost(lost);
  }
}

/**
 * Pipes and terminals are opened anew so that they don't block: the flag would else be there for whoever shares them with us. A socket,
 * and what belongs to another user, can't be: it gets the flag itself, before each write, since others may take it away again. Not from a
 * thread of libuv's: the process could not end while that hangs. Files do not know the flag, nor need it.
 */
function openStdout(): WriteNow {
  const status = fstatSync(STDOUT);
  const isTerminal = isatty(STDOUT);
  if (!isTerminal && !status.isFIFO() && !status.isSocket()) return (bytes) => writeSync(STDOUT, bytes);
  try {
    const fd = openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    return (bytes) => writeSync(fd, bytes);
  } catch {
    // Node has no other way to set the flag than this one of its streams' handles, which is not documented, and widely used.
    const { _handle: handle } = process.stdout as { _handle?: { setBlocking?(isBlocking: boolean): void } };
    return (bytes) => {
      handle?.setBlocking?.(false);
      return writeSync(STDOUT, bytes);
    };
  }
}
