import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { describeSystemError, MonitorError, type Reason, reasonOf } from '../../src/shared/errors.js';

/** Minimum time between attempts to open a file that could not be opened or read. */
const REOPEN_AFTER_MS = 1_000;
/** How often to check whether an open file was deleted or replaced. */
const DELETED_CHECK_MS = 5_000;

/** Errors of a kernel in which the feature was not built or is disabled at boot. */
export const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * A kernel file that is read repeatedly. The descriptor stays open; every read starts at position 0, where the kernel renders it anew.
 * Thread: the lane that made it. Allocates: nothing in a `read` that succeeds.
 */
export class ProcFile {
  readonly path: string;
  /** The contents as last read. */
  bytes: Buffer;
  /** Whether the last attempt failed because the kernel lacks the file or its feature. */
  isMissing = false;
  // Plain fields: before V8 has optimised a function, its access to #private ones is slower, and `read` runs at every tick.
  private fd = -1;
  private error: MonitorError | null = null;
  private retryAtMs = Number.NEGATIVE_INFINITY;
  private deletedCheckAtMs = Number.NEGATIVE_INFINITY;
  private readonly mayBeDeleted: boolean;

  /**
   * Opens nothing yet. `capacity`: the maximum number of bytes to read. `mayBeDeleted`: the file is not one of the kernel's own and may be
   * replaced.
   */
  constructor(path: string, capacity: number, mayBeDeleted = false) {
    this.path = path;
    this.mayBeDeleted = mayBeDeleted;
    // Not from Buffer's pool: a buffer that is read all the time should not share its memory.
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

  /** Opens the file and returns whether it is open. After a failure, `read` does not retry for a second. */
  open(nowMs: number): boolean {
    try {
      this.fd = openSync(this.path, 'r');
      return true;
    } catch (error) {
      this.failed(error, nowMs);
      return false;
    }
  }

  /** Doubles the capacity, for a file that turned out to be longer. */
  grow(): void {
    this.bytes = Buffer.allocUnsafeSlow(2 * this.bytes.length);
  }

  /**
   * Reads the file from its start into `bytes` and returns the number of bytes; -1 if it cannot be read, with the reason in `problem`.
   * Reopens a file that is gone, at most once a second, so that it is found when it comes back.
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

  /** Like `read`. @throws MonitorError PROC_READ if the file cannot be read */
  mustRead(nowMs: number): number {
    const length = this.read(nowMs);
    if (length < 0 && this.error !== null) throw this.error;
    return length;
  }

  /** Whether the file exists; true if that cannot be determined. */
  exists(): boolean {
    try {
      return statSync(this.path, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return true;
    }
  }

  /** Closes the descriptor; the next `read` reopens the file. */
  close(): void {
    if (this.fd < 0) return;
    const { fd } = this;
    this.fd = -1;
    try {
      closeSync(fd);
    } catch {
      // Harmless: the descriptor is not used again.
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
   * Closes the file if it was deleted or replaced: the open descriptor would keep returning old values. The fstat allocates, so it does not
   * run at every tick.
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
