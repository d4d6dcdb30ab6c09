import { ProcFile } from '../proc/proc-file.js';

const SPACE = 32;
const ZERO = 48;
const CLOSE = 41;

/** Fields of `stat`, counted from 0 after the name in parentheses, and the length of a tick (USER_HZ is 100 on all platforms). */
const UTIME = 11;
const STIME = 12;
const TICK_NS = 1e7;

/**
 * The CPU time of the calling thread, always from the Monitor's own `/proc`, whichever host it samples. Reads `schedstat`, in nanoseconds;
 * without it, `stat`, in steps of 10 ms. Thread: the one that calls `read` first, and no other. Allocates: nothing in `read` if the kernel
 * has `schedstat`.
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export class ThreadCpu {
  readonly #schedstat: ProcFile;
  readonly #stat: ProcFile;

  /** `folder`: the thread's folder in `/proc`. */
  constructor(folder = '/proc/thread-self') {
    this.#schedstat = new ProcFile(`${folder}/schedstat`, 64);
    this.#stat = new ProcFile(`${folder}/stat`, 512);
  }

  /** Nanoseconds on a CPU since the thread started; NaN if the kernel does not account for it. */
  read(nowMs: number): number {
    const length = this.#schedstat.read(nowMs);
    return length > 0 ? numberAt(this.#schedstat.bytes, length, 0) : this.#readStat(nowMs);
  }

  close(): void {
    this.#schedstat.close();
    this.#stat.close();
  }

  #readStat(nowMs: number): number {
    const length = this.#stat.read(nowMs);
    // The name may contain parentheses; the last one ends it, and a space follows.
    const columns = length > 0 ? this.#stat.bytes.lastIndexOf(CLOSE, length - 1) + 2 : 1;
    if (columns <= 1) return Number.NaN;
    const utime = numberAt(this.#stat.bytes, length, columnAt(this.#stat.bytes, length, columns, UTIME));
    const stime = numberAt(this.#stat.bytes, length, columnAt(this.#stat.bytes, length, columns, STIME));
    return (utime + stime) * TICK_NS;
  }
}

/** Returns the start of the `index`th column, counted from `at`. */
function columnAt(bytes: Uint8Array, length: number, at: number, index: number): number {
  let next = at;
  for (let column = 0; column < index && next < length; next++) if (bytes[next] === SPACE) column++;
  return next;
}

/** Parses the number at `at`, up to a space or the end; NaN if there is none. */
function numberAt(bytes: Uint8Array, length: number, at: number): number {
  let value = 0;
  let next = at;
  for (; next < length && bytes[next]! >= ZERO; next++) value = value * 10 + (bytes[next]! - ZERO);
  return next === at ? Number.NaN : value;
}
