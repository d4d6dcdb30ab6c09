import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { describeSystemError, MonitorError, type Reason, reasonOf } from '../../src/shared/errors.js';

/** A file that could not be opened or read is tried again no more often than this. */
const REOPEN_AFTER_MS = 1_000;
/** How often it is checked whether an open file was deleted or replaced. */
const DELETED_CHECK_MS = 5_000;

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
  /** Whether the kernel said at the last try that it has no such file, or none that gives anything. */
  isMissing = false;
  // Plain fields: until V8 has optimised a function, it reads #private ones through a slower path, and `read` runs at every tick.
  private fd = -1;
  private error: MonitorError | null = null;
  private retryAtMs = Number.NEGATIVE_INFINITY;
  private deletedCheckAtMs = Number.NEGATIVE_INFINITY;
  private readonly mayBeDeleted: boolean;

  /**
   * Opens nothing yet. `capacity` is how many bytes of the file are wanted at most. `mayBeDeleted`: it is no file of the kernel's own, and
   * may be replaced.
   */
  constructor(path: string, capacity: number, mayBeDeleted = false) {
    this.path = path;
    this.mayBeDeleted = mayBeDeleted;
    // Not from Buffer's pool: what is read all the time should lie alone.
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Whether a descriptor is held. */
  get isOpen(): boolean {
    return this.fd >= 0;
  }

  /** Why the last `open` or `read` failed, with the path and the errno. */
  get problem(): Reason | null {
    return this.error === null ? null : reasonOf(this.error);
  }

  /** Opens the file, and says whether it is open. A file that can't be opened is left alone for a second. */
  open(nowMs: number): boolean {
    try {
      this.fd = openSync(this.path, 'r');
      return true;
    } catch (error) {
      this.failed(error, nowMs);
      return false;
    }
  }

  /** Makes twice as much room, for a file that turned out to be longer than `capacity`. */
  grow(): void {
    this.bytes = Buffer.allocUnsafeSlow(2 * this.bytes.length);
  }

  /**
   * Reads the file from its start into `bytes` and returns how many bytes it got; -1 if it can't be read, and `problem` says why. A file
   * that is gone is opened again, at most once a second, so that it is found when it comes back.
   */
  read(nowMs: number): number {
    if (this.mayBeDeleted && nowMs >= this.deletedCheckAtMs) this.closeIfDeleted(nowMs);
    if (this.fd < 0 && (nowMs < this.retryAtMs || !this.open(nowMs))) return -1;
    try {
      const length = readSync(this.fd, this.bytes, 0, this.bytes.length, 0);
      this.isMissing = false;
      return length;
    } catch (error) {
      this.close();
      this.failed(error, nowMs);
      return -1;
    }
  }

  /** `read`. @throws MonitorError PROC_READ if the file can't be read */
  mustRead(nowMs: number): number {
    const length = this.read(nowMs);
    if (length < 0 && this.error !== null) throw this.error;
    return length;
  }

  /** Whether there is such a file, as far as can be told. */
  exists(): boolean {
    try {
      return statSync(this.path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return true;
    }
  }

  /** Lets the descriptor go; the next `read` opens the file again. */
  close(): void {
    if (this.fd < 0) return;
    const { fd } = this;
    this.fd = -1;
    try {
      closeSync(fd);
    } catch {
      // Nothing is lost: the descriptor is not used again.
    }
  }

  private failed(error: unknown, nowMs: number): void {
    const { code } = error as NodeJS.ErrnoException;
    this.isMissing = MISSING.has(code);
    this.retryAtMs = nowMs + REOPEN_AFTER_MS;
    const summary = `cannot read ${this.path}`;
    this.error = new MonitorError('PROC_READ', `${summary}: ${describeSystemError(error)}`, {
      cause: error,
      context: { summary },
    });
  }

  /**
   * Lets the file go if it was deleted or replaced: what is open would go on giving old values. One fstat, which allocates: not at every
   * tick.
   */
  private closeIfDeleted(nowMs: number): void {
    this.deletedCheckAtMs = nowMs + DELETED_CHECK_MS;
    try {
      if (this.fd >= 0 && fstatSync(this.fd).nlink === 0) this.close();
    } catch {
      this.close();
    }
  }
}
