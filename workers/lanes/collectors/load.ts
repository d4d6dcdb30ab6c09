import { type Reason, reasonOf } from '../../../src/shared/errors.js';
import { T } from '../../../src/shared/fields.js';
import { parseLoadavg } from '../../proc/loadavg.js';
import type { ProcFile } from '../../proc/proc-file.js';
import type { ProcFiles } from '../../proc/proc-files.js';
import type { Collector, Outcome } from './collector.js';

/** The three load averages. @see https://man7.org/linux/man-pages/man5/proc_loadavg.5.html */
export class LoadCollector implements Collector {
  readonly source = 'load';
  readonly everyMs = 1_000;
  reason: Reason | null = null;
  readonly #file: ProcFile;
  readonly #load = new Float64Array(3);

  constructor(files: ProcFiles) {
    this.#file = files.file('loadavg', 256);
  }

  collect(numbers: Float64Array, nowMs: number): Outcome {
    const file = this.#file;
    numbers[T.load_1] = numbers[T.load_5] = numbers[T.load_15] = Number.NaN;
    try {
      parseLoadavg(file.bytes, file.mustRead(nowMs), this.#load);
    } catch (error) {
      this.reason = reasonOf(error);
      return 'failed';
    }
    numbers[T.load_1] = this.#load[0]!;
    numbers[T.load_5] = this.#load[1]!;
    numbers[T.load_15] = this.#load[2]!;
    return 'fresh';
  }

  close(): void {
    this.#file.close();
  }
}
