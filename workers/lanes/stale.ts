import { SOURCES } from '../../src/shared/fields.js';

/**
 * Which sources are stale, and how long each has had no new value. A source is its index in SOURCES. Thread: proc lane. Allocates: nothing.
 */
export class Staleness {
  /** Bits of `SOURCES`. */
  mask = 0;
  /** Age of each source's newest value in seconds, in SOURCES order; before the first value: since `startMs`. */
  readonly seconds = new Float64Array(SOURCES.length);
  readonly #freshMs: Float64Array;

  /** In `freshMs` it keeps when the newest value of each source was read, in SOURCES order; `startMs` before the first. */
  constructor(startMs: number, freshMs: Float64Array = new Float64Array(SOURCES.length)) {
    this.#freshMs = freshMs.fill(startMs);
  }

  /** `source` gave a value that was read at `atMs`. */
  fresh(source: number, atMs: number): void {
    this.#freshMs[source] = atMs;
    this.mask &= ~(1 << source);
  }

  /** `source` could not be read at the last try. */
  failed(source: number): void {
    this.mask |= 1 << source;
  }

  /** Says whether `source` has had no new value for longer than `limitMs`. */
  olderThan(source: number, limitMs: number, nowMs: number): boolean {
    return nowMs - this.#freshMs[source]! > limitMs;
  }

  /** Brings `seconds` up to date. */
  age(nowMs: number): void {
    if (this.mask === 0) return;
    for (let i = 0; i < this.seconds.length; i++) {
      this.seconds[i] = Math.max(0, nowMs - this.#freshMs[i]!) / 1000;
    }
  }
}
