import { T } from '../../src/shared/fields.js';
import { ARC, parseArcstats } from '../proc/arcstats.js';
import type { KernelFiles } from '../proc/kernel-files.js';
import { createMemOffsets, MEM, MEM_FIELDS, parseMeminfo } from '../proc/meminfo.js';
import { memoryAvailableBytes, memoryUsedPct, swapUsedPct } from '../rates/memory.js';

/** Reads what there is to know of memory and swap. Thread: proc lane. Allocates in a sample: nothing that lasts. */
export class MemorySampler {
  readonly #files: KernelFiles;
  readonly #mem = new Float64Array(MEM_FIELDS.length);
  readonly #memOffsets = createMemOffsets();
  readonly #arc = new Float64Array(Object.keys(ARC).length);

  constructor(files: KernelFiles) {
    this.#files = files;
  }

  /** Fills in memory's and swap's values in `numbers` (TELEMETRY_NUMBERS order); what can't be had is NaN. */
  sample(numbers: Float64Array, nowMs: number): void {
    numbers[T.mem_pct] = numbers[T.mem_size_bytes] = numbers[T.mem_available_bytes] = Number.NaN;
    numbers[T.swap_pct] = numbers[T.swap_size_bytes] = numbers[T.swap_free_bytes] = Number.NaN;
    const { meminfo } = this.#files;
    const length = meminfo.read(nowMs);
    if (length < 0) return;
    const mem = this.#mem;
    try {
      parseMeminfo(meminfo.bytes, length, mem, this.#memOffsets);
      // Swap comes first: it does not hang on what ZFS says.
      numbers[T.swap_pct] = swapUsedPct(mem);
      numbers[T.swap_size_bytes] = mem[MEM.swapTotal]!;
      numbers[T.swap_free_bytes] = mem[MEM.swapFree]!;
      numbers[T.mem_size_bytes] = mem[MEM.total]!;
      const arcBytes = this.#arcReclaimableBytes(nowMs);
      numbers[T.mem_pct] = memoryUsedPct(mem, arcBytes);
      numbers[T.mem_available_bytes] = memoryAvailableBytes(mem, arcBytes);
    } catch {
      // What was not set stays unknown.
    }
  }

  /**
   * What ZFS would give back: 0 where there is no ZFS, NaN where there is and it does not tell.
   * @throws MonitorError PROC_PARSE
   */
  #arcReclaimableBytes(nowMs: number): number {
    const { arcstats, hasArc } = this.#files;
    if (!hasArc) return 0;
    const length = arcstats.read(nowMs);
    if (length < 0) return Number.NaN;
    parseArcstats(arcstats.bytes, length, this.#arc);
    return Math.max(0, this.#arc[ARC.size]! - this.#arc[ARC.min]!);
  }
}
