import { createHash } from 'node:crypto';
import type { BeatClass } from '../../src/shared/messages.js';
import { type Backoff, backoffMs } from './backoff.js';

/** Jitter around a beat's phase, as a share of the interval in each direction. */
const JITTER_SHARE = 0.02;
/** An earlier first beat would have nothing to report. */
const FIRST_MIN_MS = 1_000;
const BACKOFF_FLOOR_MS = 1_000;
/**
 * A trade-off between how long a fleet takes to report again after an outage and the load on the backend during it: at an interval of 30 s,
 * half the normal rate. `npm run bench:fleet` measures both.
 */
const BACKOFF_CAP_MS = 120_000;
/** A refused key is retried slowly: somebody has to change it first. */
const UNAUTHORIZED_BASE_MS = 60_000;
const UNAUTHORIZED_CAP_MS = 900_000;
/**
 * A longer `Retry-After` is ignored and the backoff applies (the limit is one interval if that is longer). Long enough for a backend's
 * maintenance; a wrong header (`99999999`, a date from a wrong clock) cannot silence a host.
 */
const RETRY_AFTER_MAX_MS = 900_000;

/** The result of a heartbeat, as far as it affects the schedule. */
export interface BeatEnd {
  readonly class: BeatClass;
  /** The `Retry-After` of the backend; null without one. */
  readonly retryAfterMs: number | null;
}

/**
 * Computes when the next heartbeat is due. Each host has a fixed phase in the interval, derived from its identifier. It survives restarts
 * and spreads a fleet's beats evenly, however the hosts were started. Failures cause backoff; missed beats are not made up.
 * Thread: heartbeat. Clock and randomness are injected.
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
      // At the cap, a backend that is down gets no more requests than one that is up, whatever the interval.
      capMs: Math.max(BACKOFF_CAP_MS, 2 * options.intervalMs),
      floorMs: BACKOFF_FLOOR_MS,
    };
  }

  /** Time in ms from `wallMs` (CLOCK_REALTIME) to the first beat. */
  first(wallMs: number): number {
    return this.#onPhase(wallMs, Math.min(FIRST_MIN_MS, this.#intervalMs / 2));
  }

  /** Time in ms from `wallMs` to the beat that follows `end`. */
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
        // Spread over one interval: hosts that were rejected in the same second got the same value. Wait at least as long as after an
        // accepted beat: many proxies send `Retry-After: 0` or `1` for as long as their upstream is down.
        return Math.max(this.#intervalMs / 2, end.retryAfterMs) + this.#random() * this.#intervalMs;
    }
  }

  /** Resets the failures, which concern the old key. Returns the time in ms from `wallMs` to the next beat. */
  afterNewKey(wallMs: number): number {
    this.#failures = 0;
    return this.first(wallMs);
  }

  #regular(wallMs: number): number {
    // At least half an interval: a beat that was slightly early is not followed by another at its regular time.
    return this.#onPhase(wallMs, this.#intervalMs / 2);
  }

  #onPhase(wallMs: number, minMs: number): number {
    const interval = this.#intervalMs;
    const sincePhaseMs = (((wallMs + minMs - this.#phaseMs) % interval) + interval) % interval;
    const jitterMs = (this.#random() * 2 - 1) * JITTER_SHARE * interval;
    return Math.max(0, minMs + ((interval - sincePhaseMs) % interval) + jitterMs);
  }
}
