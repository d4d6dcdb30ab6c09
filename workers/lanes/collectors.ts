import type { Clock } from '../../src/shared/clock.js';
import { type Reason, reasonOf } from '../../src/shared/errors.js';
import { S, T } from '../../src/shared/fields.js';
import type { Collector, Outcome } from './collectors/collector.js';
import type { Staleness } from './stale.js';

/** Deadlines are sums of doubles: tolerate rounding errors. */
const TOLERANCE_MS = 0.001;
/** Minimum time between retries of a failed source, so that a permanent failure does not allocate at every tick. */
const RETRY_MS = 1_000;

/**
 * Runs the collectors, each at its own period, and records for each its duration, its result, the time of its newest value and the reason
 * of a failure. Periods are compared with the ticks' deadlines, so jitter does not matter; a collector never runs more often than every
 * `everyMs`. Thread: proc lane.
 */
export class Collectors {
  /** The first deadline at which `run` has something to do. */
  nextMs = Number.NEGATIVE_INFINITY;
  // Plain fields, and no lookups by name: this runs at about every other tick.
  private readonly collectors: readonly Collector[];
  private readonly everyMs: Float64Array;
  private readonly dueMs: Float64Array;
  /** For each collector, the index of its source in SOURCES and of its duration in `numbers`. */
  private readonly sources: Int32Array;
  private readonly durations: Int32Array;
  private readonly numbers: Float64Array;
  private readonly stale: Staleness;
  private readonly clock: Clock;

  constructor(options: {
    readonly collectors: readonly Collector[];
    /** The numbers of the next frame, in TELEMETRY_NUMBERS order. */
    readonly numbers: Float64Array;
    readonly stale: Staleness;
    readonly clock: Clock;
  }) {
    const { collectors } = options;
    this.collectors = collectors;
    this.everyMs = Float64Array.from(collectors, ({ everyMs }) => everyMs);
    this.dueMs = new Float64Array(collectors.length).fill(Number.NEGATIVE_INFINITY);
    this.sources = Int32Array.from(collectors, ({ source }) => S[source]);
    this.durations = Int32Array.from(collectors, ({ source }) => T[`${source}_duration_ms`]);
    this.numbers = options.numbers;
    this.stale = options.stale;
    this.clock = options.clock;
  }

  /** Runs the collectors that are due at the tick of `deadlineMs`; `nowMs` is the current time. */
  run(deadlineMs: number, nowMs: number): void {
    const { dueMs, everyMs, clock } = this;
    let nextMs = Number.POSITIVE_INFINITY;
    let startMs = clock.monoMs();
    for (let i = 0; i < dueMs.length; i++) {
      if (deadlineMs >= dueMs[i]! - TOLERANCE_MS) {
        const hasFailed = this.collect(i, nowMs);
        const endMs = clock.monoMs();
        this.numbers[this.durations[i]!] = endMs - startMs;
        startMs = endMs;
        dueMs[i] = deadlineMs + (hasFailed ? Math.max(RETRY_MS, everyMs[i]!) : everyMs[i]!);
      }
      nextMs = Math.min(nextMs, dueMs[i]!);
    }
    this.nextMs = nextMs - TOLERANCE_MS;
  }

  close(): void {
    for (const collector of this.collectors) collector.close();
  }

  /** Runs one collector and returns whether it failed. */
  private collect(index: number, nowMs: number): boolean {
    const collector = this.collectors[index]!;
    const source = this.sources[index]!;
    let outcome: Outcome = 'failed';
    let reason: Reason | null = null;
    try {
      outcome = collector.collect(this.numbers, nowMs);
      if (outcome === 'failed') reason = collector.reason;
    } catch (error) {
      reason = reasonOf(error);
    }
    if (outcome !== 'failed') {
      this.stale.fresh(source, nowMs);
      return false;
    }
    this.stale.failed(source, reason);
    this.numbers[T.read_errors]!++;
    return true;
  }
}
