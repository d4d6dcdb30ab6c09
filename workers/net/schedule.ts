import { createHash } from 'node:crypto';
import type { BeatClass } from '../../src/shared/messages.js';
import { type Backoff, backoffMs } from './backoff.js';

/** Beats move by up to this share of the interval to either side of their phase. */
const JITTER_SHARE = 0.02;
/** A first beat this soon would have nothing to tell. */
const FIRST_MIN_MS = 1_000;
const BACKOFF_FLOOR_MS = 1_000;
/**
 * How long a fleet takes to be heard of again after an outage, and how hard it knocks meanwhile: half as often as ever, at an
 * interval of 30 s. `npm run bench:fleet` shows both.
 */
const BACKOFF_CAP_MS = 120_000;
/** A key that was refused is tried again slowly: somebody has to change it first. */
const UNAUTHORIZED_BASE_MS = 60_000;
const UNAUTHORIZED_CAP_MS = 900_000;
/**
 * A `Retry-After` of more than this, or more than one interval where that is longer, is ignored: the back-off applies. Long enough for a
 * backend's maintenance; a wrong header (`99999999`, a date from a wrong clock) silences nobody.
 */
const RETRY_AFTER_MAX_MS = 900_000;

/** How a heartbeat ended, as far as the schedule goes. */
export interface BeatEnd {
  readonly class: BeatClass;
  /** What the backend asked for, null when it did not ask. */
  readonly retryAfterMs: number | null;
}

/**
 * When the next heartbeat is due. Each host has its own phase in the interval, from its identifier: it stays the same over restarts,
 * and a fleet's beats are spread evenly however its hosts were started. Failures are answered by back-off; old beats are not made up.
 * Thread: heartbeat. Time and chance are handed in.
 */
export class BeatSchedule {
  readonly #intervalMs: number;
  readonly #phaseMs: number;
  readonly #random: () => number;
  readonly #backoff: Backoff;
  readonly #retryAfterMaxMs: number;
  #failures = 0;

  constructor(options: { identifier: string; intervalMs: number; random: () => number }) {
    this.#intervalMs = options.intervalMs;
    this.#phaseMs =
      createHash('sha256').update(options.identifier).digest().readUIntBE(0, 6) % options.intervalMs;
    this.#random = options.random;
    this.#retryAfterMaxMs = Math.max(RETRY_AFTER_MAX_MS, options.intervalMs);
    this.#backoff = {
      baseMs: options.intervalMs,
      // At the cap a backend that is down is asked no more often than one that is up, whatever the interval.
      capMs: Math.max(BACKOFF_CAP_MS, 2 * options.intervalMs),
      floorMs: BACKOFF_FLOOR_MS,
    };
  }

  /** Time from `wallMs` (CLOCK_REALTIME) to the first beat. */
  first(wallMs: number): number {
    return this.#onPhase(wallMs, Math.min(FIRST_MIN_MS, this.#intervalMs / 2));
  }

  /** Time from `wallMs` to the beat after one that ended as `end`. */
  after(end: BeatEnd, wallMs: number): number {
    switch (end.class) {
      case 'accepted':
      case 'rejected':
        this.#failures = 0;
        return this.#regular(wallMs);
      case 'unauthorized': {
        this.#failures++;
        const ceiling = Math.min(
          UNAUTHORIZED_CAP_MS,
          UNAUTHORIZED_BASE_MS * 2 ** Math.min(this.#failures - 1, 31),
        );
        return Math.max(this.#intervalMs, ceiling * (1 + this.#random()) * 0.5);
      }
      default:
        this.#failures++;
        if (end.retryAfterMs === null || end.retryAfterMs > this.#retryAfterMaxMs)
          return backoffMs(this.#failures, this.#backoff, this.#random);
        // Spread over an interval: all who were sent away in one second were told the same. And not sooner than a beat would
        // follow one that was accepted: many a proxy says `Retry-After: 0` or `1` for as long as what is behind it is down.
        return Math.max(this.#intervalMs / 2, end.retryAfterMs) + this.#random() * this.#intervalMs;
    }
  }

  /** The key was changed: what was refused before says nothing any more. Time from `wallMs` to the next beat. */
  afterNewKey(wallMs: number): number {
    this.#failures = 0;
    return this.first(wallMs);
  }

  #regular(wallMs: number): number {
    // Half an interval away at least: a beat that came a little early is not followed by another at its proper time.
    return this.#onPhase(wallMs, this.#intervalMs / 2);
  }

  #onPhase(wallMs: number, minMs: number): number {
    const interval = this.#intervalMs;
    const sincePhaseMs = (((wallMs + minMs - this.#phaseMs) % interval) + interval) % interval;
    const jitterMs = (this.#random() * 2 - 1) * JITTER_SHARE * interval;
    return Math.max(0, minMs + ((interval - sincePhaseMs) % interval) + jitterMs);
  }
}
