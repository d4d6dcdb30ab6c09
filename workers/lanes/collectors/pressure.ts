import { type Reason, reasonOf } from '../../../src/shared/errors.js';
import { PRESSURE_RESOURCES, PRESSURE_VALUES, T } from '../../../src/shared/fields.js';
import { PRESSURE_NUMBERS, parsePressure } from '../../proc/pressure.js';
import type { ProcFile } from '../../proc/proc-file.js';
import type { ProcFiles } from '../../proc/proc-files.js';
import type { Collector, Outcome } from './collector.js';

/** How often to look again if the kernel has no pressure stall information: a folder that stands in for another machine may get it. */
const LOOK_PERIOD_MS = 60_000;

/** Numbers per line, in a file and in a frame. In a frame, the stall time since the previous reading is the last one. */
const FILE_LINE = PRESSURE_VALUES.length - 1;
const TOTAL = FILE_LINE - 1;
const FRAME_LINE = PRESSURE_VALUES.length;
const FIRST = T.pressure_cpu_some_avg10;

/** Pressure stall information. @see https://docs.kernel.org/accounting/psi.html */
export class PressureCollector implements Collector {
  readonly source = 'pressure';
  readonly everyMs = 1_000;
  reason: Reason | null = null;
  /** In PRESSURE_RESOURCES order. */
  readonly #files: readonly ProcFile[];
  readonly #read = new Float64Array(PRESSURE_NUMBERS);
  #lookAgainMs = Number.NEGATIVE_INFINITY;

  constructor(files: ProcFiles) {
    this.#files = PRESSURE_RESOURCES.map((name) => files.file(`pressure/${name}`, 256));
  }

  collect(numbers: Float64Array, nowMs: number): Outcome {
    const isKnownToBeThere = numbers[T.pressure_supported] === 1;
    if (!isKnownToBeThere && nowMs < this.#lookAgainMs) return 'missing';
    let read = 0;
    let missing = 0;
    numbers[T.pressure_interval_ms] = nowMs - numbers[T.pressure_mono_ms]!;
    numbers[T.pressure_mono_ms] = nowMs;
    for (let i = 0; i < this.#files.length; i++) {
      if (this.#collectFile(i, numbers, nowMs)) read++;
      else if (this.#files[i]!.isMissing) missing++;
    }
    if (read > 0) numbers[T.pressure_supported] = 1;
    else if (!isKnownToBeThere && missing === this.#files.length) {
      numbers[T.pressure_supported] = 0;
      this.#lookAgainMs = nowMs + LOOK_PERIOD_MS;
      return 'missing';
    } else if (!isKnownToBeThere) numbers[T.pressure_supported] = Number.NaN;
    return read === this.#files.length ? 'fresh' : 'failed';
  }

  close(): void {
    for (const file of this.#files) file.close();
  }

  #collectFile(index: number, numbers: Float64Array, nowMs: number): boolean {
    const file = this.#files[index]!;
    let ok = true;
    try {
      parsePressure(file.bytes, file.mustRead(nowMs), this.#read);
    } catch (error) {
      this.reason = reasonOf(error);
      ok = false;
    }
    for (let line = 0; line < 2; line++) {
      const at = FIRST + (2 * index + line) * FRAME_LINE;
      const lostBefore = numbers[at + TOTAL]!;
      for (let i = 0; i < FILE_LINE; i++)
        numbers[at + i] = ok ? this.#read[line * FILE_LINE + i]! : Number.NaN;
      const lostUs = numbers[at + TOTAL]! - lostBefore;
      // The counter fell: it is another machine's, or the file was replaced.
      numbers[at + FILE_LINE] = lostUs >= 0 ? lostUs : Number.NaN;
    }
    return ok;
  }
}
