import type { Reason } from '../../src/shared/errors.js';
import { SOURCES } from '../../src/shared/fields.js';

/**
 * Which sources are stale, since when, and why. A source is its index in SOURCES. Thread: proc lane. Allocates: nothing.
 */
export class Staleness {
  /** Bits of `SOURCES`. */
  mask = 0;
  /** Why each stale source failed, in SOURCES order; null: it is not known, or the source is not stale. */
  readonly reasons: (Reason | null)[] = SOURCES.map(() => null);
  /** Whether the mask or a reason has changed since somebody reset this. */
  hasChanged = false;
  readonly #freshMs: Float64Array;

  /** In `freshMs` it keeps when the newest value of each source was read, in SOURCES order; `startMs` before the first. */
  constructor(startMs: number, freshMs: Float64Array = new Float64Array(SOURCES.length)) {
    this.#freshMs = freshMs.fill(startMs);
  }

  /** `source` gave a value that was read at `atMs`. */
  fresh(source: number, atMs: number): void {
    this.#freshMs[source] = atMs;
    if ((this.mask & (1 << source)) === 0) return;
    this.mask &= ~(1 << source);
    this.reasons[source] = null;
    this.hasChanged = true;
  }

  /** `source` could not be read at the last try. */
  failed(source: number, reason: Reason | null = null): void {
    const bit = 1 << source;
    if ((this.mask & bit) !== 0 && this.reasons[source] === reason) return;
    this.mask |= bit;
    this.reasons[source] = reason;
    this.hasChanged = true;
  }

  /** Says whether `source` has had no new value for longer than `limitMs`. */
  olderThan(source: number, limitMs: number, nowMs: number): boolean {
    return nowMs - this.#freshMs[source]! > limitMs;
  }
}
