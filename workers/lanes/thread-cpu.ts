import { ProcFile } from '../proc/proc-file.js';

const SPACE = 32;
const ZERO = 48;
const CLOSE = 41;

/** Of `stat`: columns behind the name in brackets, counted from 0, and what a tick of theirs stands for (USER_HZ is 100 everywhere). */
const UTIME = 11;
const STIME = 12;
const TICK_NS = 1e7;

/**
 * The CPU time that the calling thread has used: always of the Monitor's own `/proc`, whichever host it samples. From `schedstat`, which
 * counts nanoseconds; where a kernel has none, from `stat`, which counts the same in steps of 10 ms.
 * Thread: the one that makes the first `read`, and no other. Allocates: nothing in `read`, as long as there is `schedstat`.
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export class ThreadCpu {
  readonly #schedstat: ProcFile;
  readonly #stat: ProcFile;

  /** `folder` is the thread's own in `/proc`. */
  constructor(folder = '/proc/thread-self') {
    this.#schedstat = new ProcFile(`${folder}/schedstat`, 64);
    this.#stat = new ProcFile(`${folder}/stat`, 512);
  }

  /** Nanoseconds on a CPU since the thread began; NaN where the kernel keeps no such account. */
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
    // The name may hold anything, brackets too; the last one ends it, and a space follows.
    const columns = length > 0 ? this.#stat.bytes.lastIndexOf(CLOSE, length - 1) + 2 : 1;
    if (columns <= 1) return Number.NaN;
    const utime = numberAt(this.#stat.bytes, length, columnAt(this.#stat.bytes, length, columns, UTIME));
    const stime = numberAt(this.#stat.bytes, length, columnAt(this.#stat.bytes, length, columns, STIME));
    return (utime + stime) * TICK_NS;
  }
}

/** Where the `index`th of the columns that start at `at` starts. */
function columnAt(bytes: Uint8Array, length: number, at: number, index: number): number {
  let next = at;
  for (let column = 0; column < index && next < length; next++) if (bytes[next] === SPACE) column++;
  return next;
}

/** The number at `at`, up to a space or the end; NaN: there is none. */
function numberAt(bytes: Uint8Array, length: number, at: number): number {
  let value = 0;
  let next = at;
  for (; next < length && bytes[next]! >= ZERO; next++) value = value * 10 + (bytes[next]! - ZERO);
  return next === at ? Number.NaN : value;
}
