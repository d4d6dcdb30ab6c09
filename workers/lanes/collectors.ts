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
  // Plain fields, and nothing looked up by name: this runs at every second tick or so.
  private readonly collectors: readonly Collector[];
  private readonly everyMs: Float64Array;
  private readonly dueMs: Float64Array;
  /** Where each collector's source is in SOURCES, and its duration in `numbers`. */
  private readonly sources: Int32Array;
  private readonly durations: Int32Array;
  private readonly numbers: Float64Array;
  private readonly stale: Staleness;
  private readonly clock: Clock;

  constructor(options: {
    readonly collectors: readonly Collector[];
    /** Those of the next frame, TELEMETRY_NUMBERS order. */
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

  /** Runs those that are due at the tick of `deadlineMs`, whose time is `nowMs`. */
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

  /** Runs one, and returns whether it failed. */
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
