import { ProcFile } from '../proc/proc-file.js';

const SPACE = 32;
const ZERO = 48;

/**
 * The CPU time that the calling thread has used, from `/proc/thread-self/schedstat`: always of the Monitor's own `/proc`,
 * whichever host it samples. Thread: the one that makes the first `read`, and no other. Allocates: nothing in `read`.
 */
export class ThreadCpu {
  readonly #file = new ProcFile('/proc/thread-self/schedstat', 64);

  /** Nanoseconds on a CPU since the thread began; NaN where the kernel keeps no such account. */
  read(nowMs: number): number {
    const length = this.#file.read(nowMs);
    const bytes = this.#file.bytes;
    let ns = 0;
    let at = 0;
    for (; at < length && bytes[at] !== SPACE; at++) ns = ns * 10 + (bytes[at]! - ZERO);
    return at === 0 ? Number.NaN : ns;
  }

  close(): void {
    this.#file.close();
  }
}
