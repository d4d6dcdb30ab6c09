import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A file that could not be opened or read is tried again no more often than this. */
const REOPEN_AFTER_MS = 1_000;

/** What a kernel says that was built without it, or told at boot to do without. */
export const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * A kernel file that is read again and again: the descriptor is held open, and every read starts at position 0, at which
 * the kernel renders the file anew. Thread: the lane that made it. Allocates: nothing in `read`, as long as it succeeds.
 */
export class ProcFile {
  readonly path: string;
  /** What was read last. */
  bytes: Buffer;
  #fd = -1;
  #retryAtMs = Number.NEGATIVE_INFINITY;
  /** Whether the kernel said at the last try that it has no such file, or none that gives anything. */
  isMissing = false;

  /** Opens nothing yet. `capacity` is how many bytes of the file are wanted at most. */
  constructor(path: string, capacity: number) {
    this.path = path;
    // Not from Buffer's pool: what is read all the time should lie alone.
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Whether a descriptor is held. */
  get isOpen(): boolean {
    return this.#fd >= 0;
  }

  /** Opens the file, and says whether it is open. A file that can't be opened is left alone for a second. */
  open(nowMs: number): boolean {
    try {
      this.#fd = openSync(this.path, 'r');
      return true;
    } catch (error) {
      this.#failed(error, nowMs);
      return false;
    }
  }

  /** Makes twice as much room, for a file that turned out to be longer than `capacity`. */
  grow(): void {
    this.bytes = Buffer.allocUnsafeSlow(2 * this.bytes.length);
  }

  /**
   * Reads the file from its start into `bytes`, `most` of it at most, and returns how many bytes it got; -1 if it can't be had. A file
   * that is gone is opened again, at most once a second, so that it is found when it comes back.
   */
  read(nowMs: number, most = this.bytes.length): number {
    if (this.#fd < 0 && (nowMs < this.#retryAtMs || !this.open(nowMs))) return -1;
    try {
      const length = readSync(this.#fd, this.bytes, 0, most, 0);
      this.isMissing = false;
      return length;
    } catch (error) {
      this.close();
      this.#failed(error, nowMs);
      return -1;
    }
  }

  #failed(error: unknown, nowMs: number): void {
    this.isMissing = MISSING.has((error as NodeJS.ErrnoException).code);
    this.#retryAtMs = nowMs + REOPEN_AFTER_MS;
  }

  /**
   * Lets the file go if it was deleted or replaced: what is open would go on telling old values. The kernel's own files never are; those
   * of a folder that stands for another machine's may be. One fstat, which allocates: not for every tick.
   */
  closeIfDeleted(): void {
    try {
      if (this.#fd >= 0 && fstatSync(this.#fd).nlink === 0) this.close();
    } catch {
      this.close();
    }
  }

  /** Lets the descriptor go; the next `read` opens the file again. */
  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    try {
      closeSync(fd);
    } catch {
      // Nothing is lost: the descriptor is not used again.
    }
  }
}
