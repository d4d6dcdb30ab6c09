import type { Reason } from '../../src/shared/errors.js';
import { SOURCES } from '../../src/shared/fields.js';

/**
 * Tracks which sources are stale, since when, and why. A source is its index in SOURCES. Thread: proc lane. Allocates: nothing.
 */
export class Staleness {
  /** One bit per source, in SOURCES order. */
  mask = 0;
  /** Why each stale source failed, in SOURCES order; null: unknown, or the source is not stale. */
  readonly reasons: (Reason | null)[] = SOURCES.map(() => null);
  /** Whether the mask or a reason has changed since the reader of this flag reset it. */
  hasChanged = false;
  readonly #freshMs: Float64Array;

  /** Keeps the time of each source's newest value in `freshMs`, in SOURCES order; before the first value, `startMs`. */
  constructor(startMs: number, freshMs: Float64Array = new Float64Array(SOURCES.length)) {
    this.#freshMs = freshMs.fill(startMs);
  }

  /** Records a value of `source` that was read at `atMs`. */
  fresh(source: number, atMs: number): void {
    this.#freshMs[source] = atMs;
    if ((this.mask & (1 << source)) === 0) return;
    this.mask &= ~(1 << source);
    this.reasons[source] = null;
    this.hasChanged = true;
  }

  /** Records that the last attempt to read `source` failed. */
  failed(source: number, reason: Reason | null = null): void {
    const bit = 1 << source;
    if ((this.mask & bit) !== 0 && this.reasons[source] === reason) return;
    this.mask |= bit;
    this.reasons[source] = reason;
    this.hasChanged = true;
  }

  /** Whether `source` has had no new value for longer than `limitMs`. */
  olderThan(source: number, limitMs: number, nowMs: number): boolean {
    return nowMs - this.#freshMs[source]! > limitMs;
  }
}
