const NONE = -1;

/**
 * What happens next, and to which host: one event for each host, in the order of their times. A wheel with a slot for each
 * millisecond, each slot a short sorted list through the hosts; a heap of a hundred thousand takes longer. Allocates at its creation
 * only.
 */
export class EventQueue {
  readonly #reachMs: number;
  /** For each slot of the wheel, the host that is first in it. */
  readonly #firsts: Int32Array;
  /** For each host, the one after it in its slot. */
  readonly #followers: Int32Array;
  readonly #timesMs: Float64Array;
  #nowMs: number;

  /** No event is earlier than `startMs`, or farther ahead than `reachMs`, a power of two that costs four bytes each. */
  constructor(options: { hosts: number; startMs: number; reachMs: number }) {
    this.#reachMs = options.reachMs;
    this.#firsts = new Int32Array(options.reachMs).fill(NONE);
    this.#followers = new Int32Array(options.hosts);
    this.#timesMs = new Float64Array(options.hosts);
    this.#nowMs = Math.floor(options.startMs);
  }

  /** When the event of `host` is due, or was if it has been taken out. */
  timeMs(host: number): number {
    return this.#timesMs[host]!;
  }

  /**
   * Adds the event of a host that has none.
   * @throws RangeError if it lies in the past, or farther ahead than the wheel reaches
   */
  push(timeMs: number, host: number): void {
    if (!(timeMs >= this.#nowMs && timeMs < this.#nowMs + this.#reachMs))
      throw new RangeError(`no event can be put to ${timeMs} ms at ${this.#nowMs} ms`);
    const slot = this.#slotOf(timeMs);
    let before = NONE;
    let after = this.#firsts[slot]!;
    while (after !== NONE && this.#timesMs[after]! <= timeMs) {
      before = after;
      after = this.#followers[after]!;
    }
    this.#timesMs[host] = timeMs;
    this.#followers[host] = after;
    if (before === NONE) this.#firsts[slot] = host;
    else this.#followers[before] = host;
  }

  /** Takes out the first event that is due before `endMs` (a whole number), and returns its host; null: there is none. */
  takeBefore(endMs: number): number | null {
    for (; this.#nowMs < endMs; this.#nowMs++) {
      const slot = this.#slotOf(this.#nowMs);
      const host = this.#firsts[slot]!;
      if (host !== NONE) {
        this.#firsts[slot] = this.#followers[host]!;
        return host;
      }
    }
    return null;
  }

  /** Forgets all events. */
  clear(): void {
    this.#firsts.fill(NONE);
  }

  #slotOf(timeMs: number): number {
    return Math.floor(timeMs) & (this.#reachMs - 1);
  }
}
