import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const STDOUT = 1;
/** The capacity of a pipe. Lines that do not fit are dropped and counted. */
const MAX_BACKLOG_BYTES = 65_536;
const RETRY_MS = 250;
const LOOK_MS = 5;

/** Writes as much as fits now and returns the number of bytes. If there is no room, it returns 0 or throws EAGAIN. */
export type WriteNow = (bytes: Uint8Array) => number;

/**
 * Standard output for the log. A line is written before the call returns, so that the last words of a dying process are not lost, and a
 * reader that stops reading never blocks the daemon. Unwritten bytes stay in a bounded backlog, and are retried with the next line and four
 * times a second. After a line was dropped, all further lines are dropped until the loss is reported. Thread: main. Throws nothing.
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
      // The reader is slow or gone, or the disk is full: the daemon goes on all the same.
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
 * Opens standard output so that writes do not block. Pipes and terminals are reopened, because O_NONBLOCK on the inherited descriptor would
 * affect all processes that share it. A socket, or a file of another user, cannot be reopened: it gets the flag itself, before each write,
 * since other processes may clear it. Writes do not go through a libuv thread: the process could not exit while that thread hangs. Regular
 * files ignore the flag, and do not need it.
 */
function openStdout(): WriteNow {
  const status = fstatSync(STDOUT);
  const isTerminal = isatty(STDOUT);
  if (!isTerminal && !status.isFIFO() && !status.isSocket()) return (bytes) => writeSync(STDOUT, bytes);
  try {
    const fd = openSync('/proc/self/fd/1', constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    return (bytes) => writeSync(fd, bytes);
  } catch {
    // The only way to set the flag in Node is this method of the stream's handle, which is undocumented but widely used.
    const { _handle: handle } = process.stdout as { _handle?: { setBlocking?(isBlocking: boolean): void } };
    return (bytes) => {
      handle?.setBlocking?.(false);
      return writeSync(STDOUT, bytes);
    };
  }
}
