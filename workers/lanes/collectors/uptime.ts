import { type Reason, reasonOf } from '../../../src/shared/errors.js';
import { T } from '../../../src/shared/fields.js';
import type { ProcFile } from '../../proc/proc-file.js';
import type { ProcFiles } from '../../proc/proc-files.js';
import { parseUptime } from '../../proc/uptime.js';
import type { Collector, Outcome } from './collector.js';

/** Whole seconds since boot. @see https://man7.org/linux/man-pages/man5/proc_uptime.5.html */
export class UptimeCollector implements Collector {
  readonly source = 'uptime';
  readonly everyMs = 1_000;
  reason: Reason | null = null;
  readonly #file: ProcFile;

  constructor(files: ProcFiles) {
    this.#file = files.file('uptime', 256);
  }

  collect(numbers: Float64Array, nowMs: number): Outcome {
    const file = this.#file;
    numbers[T.uptime_seconds] = Number.NaN;
    try {
      numbers[T.uptime_seconds] = parseUptime(file.bytes, file.mustRead(nowMs));
      return 'fresh';
    } catch (error) {
      this.reason = reasonOf(error);
      return 'failed';
    }
  }

  close(): void {
    this.#file.close();
  }
}
