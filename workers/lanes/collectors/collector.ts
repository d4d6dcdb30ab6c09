import type { Reason } from '../../../src/shared/errors.js';
import type { Source } from '../../../src/shared/fields.js';

/** The result of a collector's run. `missing`: this host does not have the source, which is not a failure. */
export type Outcome = 'fresh' | 'missing' | 'failed';

/**
 * Reads one source of a telemetry frame at its own period. A new source needs a file with a collector, its line in `list.ts` and its rows
 * in the table of fields. Thread: proc lane.
 */
export interface Collector {
  /** The source's name in `stale`, in the log and on /metrics. */
  readonly source: Source;
  readonly everyMs: number;
  /** Why the last run failed: an errno, or the text that could not be parsed. Only read after `failed`. */
  readonly reason: Reason | null;
  /**
   * Fills in its values of `numbers` (TELEMETRY_NUMBERS order); NaN if unknown. Throws nothing. Allocates: nothing that lasts, except the
   * reason of a failure.
   */
  collect(numbers: Float64Array, nowMs: number): Outcome;
  /** Closes the collector's files. */
  close(): void;
}
