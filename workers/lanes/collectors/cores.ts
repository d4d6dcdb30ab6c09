import { type Reason, reasonOf } from '../../../src/shared/errors.js';
import { T } from '../../../src/shared/fields.js';
import type { ProcFile } from '../../proc/proc-file.js';
import type { ProcFiles } from '../../proc/proc-files.js';
import { parseError } from '../../proc/quote.js';
import { CORE_COLUMNS, CUT_OFF, NO_ROOM, parseStatCores } from '../../proc/stat-cores.js';
import { CoreShares } from '../../rates/core-shares.js';
import type { Collector, Outcome } from './collector.js';

const FIRST_CORES = 64;
/** Enough for every number of cores that a kernel supports. */
const MAX_BYTES = 2_097_152;

/** The individual cores, from the whole of `/proc/stat`. */
export class CoresCollector implements Collector {
  readonly source = 'cores';
  readonly everyMs = 1_000;
  reason: Reason | null = null;
  readonly #file: ProcFile;
  readonly #shares = new CoreShares();
  #lines = new Float64Array(FIRST_CORES * CORE_COLUMNS);

  constructor(files: ProcFiles) {
    this.#file = files.file('stat', 8_192);
  }

  collect(numbers: Float64Array, nowMs: number): Outcome {
    const shares = this.#shares;
    let count = Number.NaN;
    let outcome: Outcome = 'fresh';
    try {
      count = this.#read(nowMs);
      shares.push(this.#lines, count);
    } catch (error) {
      this.reason = reasonOf(error);
      outcome = 'failed';
      shares.miss();
    }
    numbers[T.cores] = count;
    numbers[T.hottest_core] = shares.hottestCore;
    numbers[T.hottest_core_pct] = shares.hottestPct;
    numbers[T.interrupted_core] = shares.interruptedCore;
    numbers[T.interrupted_core_pct] = shares.interruptedPct;
    return outcome;
  }

  close(): void {
    this.#file.close();
  }

  /** Fills in a line for each core and returns their number. Grows the buffers if there are more cores than before. */
  #read(nowMs: number): number {
    const file = this.#file;
    let length = file.mustRead(nowMs);
    for (;;) {
      const count = parseStatCores(file.bytes, length, this.#lines);
      if (count > 0) return count;
      if (count === NO_ROOM) this.#lines = new Float64Array(2 * this.#lines.length);
      else if (count === CUT_OFF && length === file.bytes.length && length < MAX_BYTES) {
        file.grow();
        length = file.mustRead(nowMs);
      } else throw parseError('stat', 'no line of a core', file.bytes, 0, length);
    }
  }
}
