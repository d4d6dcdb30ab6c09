import type { Clock } from '../../src/shared/clock.js';
import { type Reason, reasonOf } from '../../src/shared/errors.js';
import { S, T } from '../../src/shared/fields.js';
import type { Collector, Outcome } from './collectors/collector.js';
import type { Staleness } from './stale.js';

/** Deadlines are sums of doubles: a thousandth of a millisecond is no distance. */
const TOLERANCE_MS = 0.001;
/** A source that failed is tried again no more often than this, so that nothing is allocated at each tick while it goes on failing. */
const RETRY_MS = 1_000;

/**
 * Runs the collectors, each at its own period, and notes for each how long it took, how it ended, since when it gave nothing new, and why.
 * A period goes by the ticks' deadlines, so that a tick that comes a little early or late changes nothing; a collector never runs more often
 * than every `everyMs`. Thread: proc lane.
 */
export class Collectors {
  /** The deadline from which on `run` has something to do. */
  nextMs = Number.NEGATIVE_INFINITY;
  readonly #collectors: readonly Collector[];
  readonly #numbers: Float64Array;
  readonly #stale: Staleness;
  readonly #clock: Clock;
  readonly #dueMs: Float64Array;

  constructor(options: {
    readonly collectors: readonly Collector[];
    /** Those of the next frame, TELEMETRY_NUMBERS order. */
    readonly numbers: Float64Array;
    readonly stale: Staleness;
    readonly clock: Clock;
  }) {
    this.#collectors = options.collectors;
    this.#numbers = options.numbers;
    this.#stale = options.stale;
    this.#clock = options.clock;
    this.#dueMs = new Float64Array(options.collectors.length).fill(Number.NEGATIVE_INFINITY);
  }

  /** Runs those that are due at the tick of `deadlineMs`. */
  run(deadlineMs: number, nowMs: number): void {
    let nextMs = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#collectors.length; i++) {
      const collector = this.#collectors[i]!;
      if (deadlineMs >= this.#dueMs[i]! - TOLERANCE_MS) {
        const outcome = this.#collect(collector, nowMs);
        this.#dueMs[i] =
          deadlineMs + (outcome === 'failed' ? Math.max(RETRY_MS, collector.everyMs) : collector.everyMs);
      }
      nextMs = Math.min(nextMs, this.#dueMs[i]!);
    }
    this.nextMs = nextMs - TOLERANCE_MS;
  }

  close(): void {
    for (const collector of this.#collectors) collector.close();
  }

  #collect(collector: Collector, nowMs: number): Outcome {
    const { source } = collector;
    const startMs = this.#clock.monoMs();
    let outcome: Outcome = 'failed';
    let reason: Reason | null = null;
    try {
      outcome = collector.collect(this.#numbers, nowMs);
      reason = collector.reason;
    } catch (error) {
      reason = reasonOf(error);
    }
    this.#numbers[T[`${source}_duration_ms`]] = this.#clock.monoMs() - startMs;
    if (outcome === 'failed') {
      this.#stale.failed(S[source], reason);
      this.#numbers[T.read_errors]!++;
    } else this.#stale.fresh(S[source], nowMs);
    return outcome;
  }
}
