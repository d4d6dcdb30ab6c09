import type { Reason } from '../../../src/shared/errors.js';
import type { Source } from '../../../src/shared/fields.js';

/** How a collector's try ended. `missing`: this host does not have what is collected, and that is no fault. */
export type Outcome = 'fresh' | 'missing' | 'failed';

/**
 * Reads one source of a telemetry frame at its own period. Adding a source is one file with one of these, its line in `list.ts` and its rows
 * in the table of fields. Thread: proc lane.
 */
export interface Collector {
  /** Its name in `stale`, in the log and on /metrics. */
  readonly source: Source;
  readonly everyMs: number;
  /** Why the last try failed: an errno, or the text that could not be parsed. Only read after `failed`. */
  readonly reason: Reason | null;
  /**
   * Fills in its values of `numbers` (TELEMETRY_NUMBERS order); what is unknown is NaN. Throws nothing. Allocates: nothing that lasts; when
   * it fails, the reason.
   */
  collect(numbers: Float64Array, nowMs: number): Outcome;
  /** Closes its files. */
  close(): void;
}
