import { PRESSURE_RESOURCES, PRESSURE_VALUES, T } from '../../src/shared/fields.js';
import type { KernelFiles } from '../proc/kernel-files.js';
import { PRESSURE_NUMBERS, parsePressure } from '../proc/pressure.js';

/** How often it is looked whether a kernel that had none has it now: what a folder stands for that is no kernel's may change. */
const LOOK_PERIOD_MS = 60_000;

/** Numbers of a file's line, and of a line in a frame: there the time that was lost since the reading before comes last. */
const FILE_LINE = PRESSURE_VALUES.length - 1;
const TOTAL = FILE_LINE - 1;
const FRAME_LINE = PRESSURE_VALUES.length;
const FIRST = T.pressure_cpu_some_avg10;

/** Reads what there is to know of pressure. Thread: proc lane. Allocates in a sample: nothing that lasts. */
export class PressureSampler {
  readonly #files: KernelFiles;
  readonly #read = new Float64Array(PRESSURE_NUMBERS);
  #lookAgainMs = Number.NEGATIVE_INFINITY;

  constructor(files: KernelFiles) {
    this.#files = files;
  }

  /**
   * Fills in pressure's values in `numbers` (TELEMETRY_NUMBERS order); what can't be had is NaN. Returns whether all is well: everything
   * could be read, or this kernel has none of it.
   */
  sample(numbers: Float64Array, nowMs: number): boolean {
    const isKnownToBeThere = numbers[T.pressure_supported] === 1;
    if (!isKnownToBeThere && nowMs < this.#lookAgainMs) return true;
    let read = 0;
    let missing = 0;
    numbers[T.pressure_interval_ms] = nowMs - numbers[T.pressure_mono_ms]!;
    numbers[T.pressure_mono_ms] = nowMs;
    for (let i = 0; i < PRESSURE_RESOURCES.length; i++) {
      const file = this.#files.pressure[i]!;
      if (this.#sampleFile(i, numbers, nowMs)) read++;
      else if (file.isMissing) missing++;
    }
    if (read > 0) numbers[T.pressure_supported] = 1;
    else if (!isKnownToBeThere && missing === PRESSURE_RESOURCES.length) {
      numbers[T.pressure_supported] = 0;
      this.#lookAgainMs = nowMs + LOOK_PERIOD_MS;
      return true;
    } else if (!isKnownToBeThere) numbers[T.pressure_supported] = Number.NaN;
    return read === PRESSURE_RESOURCES.length;
  }

  #sampleFile(index: number, numbers: Float64Array, nowMs: number): boolean {
    const file = this.#files.pressure[index]!;
    const length = file.read(nowMs);
    const ok = length >= 0 && this.#parse(file.bytes, length);
    for (let line = 0; line < 2; line++) {
      const at = FIRST + (2 * index + line) * FRAME_LINE;
      const lostBefore = numbers[at + TOTAL]!;
      for (let i = 0; i < FILE_LINE; i++)
        numbers[at + i] = ok ? this.#read[line * FILE_LINE + i]! : Number.NaN;
      const lostUs = numbers[at + TOTAL]! - lostBefore;
      // A counter that fell: another machine's, or the file was replaced.
      numbers[at + FILE_LINE] = lostUs >= 0 ? lostUs : Number.NaN;
    }
    return ok;
  }

  #parse(bytes: Uint8Array, length: number): boolean {
    try {
      parsePressure(bytes, length, this.#read);
      return true;
    } catch {
      return false;
    }
  }
}
