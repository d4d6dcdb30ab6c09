import { T } from '../../src/shared/fields.js';
import type { KernelFiles } from '../proc/kernel-files.js';
import { parseLoadavg } from '../proc/loadavg.js';
import { parseUptime } from '../proc/uptime.js';

/** Reads the load averages and the uptime. Thread: proc lane. Allocates in a sample: nothing that lasts. */
export class LoadSampler {
  readonly #files: KernelFiles;
  readonly #load = new Float64Array(3);

  constructor(files: KernelFiles) {
    this.#files = files;
  }

  /** Fills in both in `numbers` (TELEMETRY_NUMBERS order); what can't be had is NaN. */
  sample(numbers: Float64Array, nowMs: number): void {
    const { loadavg, uptime } = this.#files;
    numbers[T.load_1] = numbers[T.load_5] = numbers[T.load_15] = Number.NaN;
    const loadLength = loadavg.read(nowMs);
    if (loadLength >= 0) {
      try {
        parseLoadavg(loadavg.bytes, loadLength, this.#load);
        numbers[T.load_1] = this.#load[0]!;
        numbers[T.load_5] = this.#load[1]!;
        numbers[T.load_15] = this.#load[2]!;
      } catch {
        // All three stay unknown.
      }
    }
    numbers[T.uptime_seconds] = Number.NaN;
    const uptimeLength = uptime.read(nowMs);
    if (uptimeLength >= 0) {
      try {
        numbers[T.uptime_seconds] = parseUptime(uptime.bytes, uptimeLength);
      } catch {
        // Stays unknown.
      }
    }
  }
}
