import { type Reason, reasonOf } from '../../../src/shared/errors.js';
import { T } from '../../../src/shared/fields.js';
import { ARC, parseArcstats } from '../../proc/arcstats.js';
import { createMemOffsets, MEM, MEM_FIELDS, parseMeminfo } from '../../proc/meminfo.js';
import type { ProcFile } from '../../proc/proc-file.js';
import type { ProcFiles } from '../../proc/proc-files.js';
import { memoryAvailableBytes, memoryUsedPct, swapUsedPct } from '../../rates/memory.js';
import type { Collector, Outcome } from './collector.js';

const PERIOD_MS = 100;
/** How often to look for ZFS on a host without it: the only file that a tick may open on a healthy host. */
const ARC_LOOK_PERIOD_MS = 60_000;

/** `/proc/meminfo`, read once for the two collectors that use it. Thread: proc lane. */
export class Meminfo {
  /** MEM_FIELDS order, bytes. */
  readonly values = new Float64Array(MEM_FIELDS.length);
  readonly #file: ProcFile;
  readonly #offsets = createMemOffsets();
  #readMs = Number.NaN;
  #problem: unknown = null;

  constructor(files: ProcFiles) {
    this.#file = files.file('meminfo', 8_192);
  }

  /** Updates `values`, once per `nowMs`. @throws MonitorError if the file cannot be read or parsed */
  update(nowMs: number): void {
    if (nowMs !== this.#readMs) {
      this.#readMs = nowMs;
      this.#problem = null;
      try {
        parseMeminfo(this.#file.bytes, this.#file.mustRead(nowMs), this.values, this.#offsets);
      } catch (error) {
        this.#problem = error;
      }
    }
    if (this.#problem !== null) throw this.#problem;
  }

  close(): void {
    this.#file.close();
  }
}

/** Memory in use. What ZFS would give back counts as available. @see https://docs.kernel.org/filesystems/proc.html (meminfo) */
export class MemoryCollector implements Collector {
  readonly source = 'memory';
  readonly everyMs = PERIOD_MS;
  reason: Reason | null = null;
  readonly meminfo: Meminfo;
  readonly #arcstats: ProcFile;
  readonly #arc = new Float64Array(Object.keys(ARC).length);
  #hasArc = false;
  #arcLookMs = Number.NEGATIVE_INFINITY;

  constructor(files: ProcFiles) {
    this.meminfo = new Meminfo(files);
    this.#arcstats = files.file('spl/kstat/zfs/arcstats', 32_768);
  }

  collect(numbers: Float64Array, nowMs: number): Outcome {
    numbers[T.mem_pct] = numbers[T.mem_size_bytes] = numbers[T.mem_available_bytes] = Number.NaN;
    const { values } = this.meminfo;
    try {
      this.meminfo.update(nowMs);
      numbers[T.mem_size_bytes] = values[MEM.total]!;
      const arcBytes = this.#arcReclaimableBytes(nowMs);
      numbers[T.mem_pct] = memoryUsedPct(values, arcBytes);
      numbers[T.mem_available_bytes] = memoryAvailableBytes(values, arcBytes);
    } catch (error) {
      this.reason = reasonOf(error);
      return 'failed';
    }
    if (!Number.isNaN(numbers[T.mem_pct]!)) return 'fresh';
    this.reason = {
      summary: 'meminfo has neither MemAvailable nor all that it is computed from',
      detail: null,
    };
    return 'failed';
  }

  close(): void {
    this.meminfo.close();
    this.#arcstats.close();
  }

  /** Returns 0 without ZFS. @throws MonitorError if the host has ZFS but its statistics cannot be read or parsed */
  #arcReclaimableBytes(nowMs: number): number {
    const arcstats = this.#arcstats;
    if (nowMs >= this.#arcLookMs) {
      this.#arcLookMs = nowMs + ARC_LOOK_PERIOD_MS;
      this.#hasArc = this.#hasArc ? arcstats.isOpen || arcstats.exists() : arcstats.open(nowMs);
    }
    if (!this.#hasArc) return 0;
    parseArcstats(arcstats.bytes, arcstats.mustRead(nowMs), this.#arc);
    return Math.max(0, this.#arc[ARC.size]! - this.#arc[ARC.min]!);
  }
}

/** Swap in use. */
export class SwapCollector implements Collector {
  readonly source = 'swap';
  readonly everyMs = PERIOD_MS;
  reason: Reason | null = null;
  readonly #meminfo: Meminfo;

  constructor(meminfo: Meminfo) {
    this.#meminfo = meminfo;
  }

  collect(numbers: Float64Array, nowMs: number): Outcome {
    numbers[T.swap_pct] = numbers[T.swap_size_bytes] = numbers[T.swap_free_bytes] = Number.NaN;
    const { values } = this.#meminfo;
    try {
      this.#meminfo.update(nowMs);
    } catch (error) {
      this.reason = reasonOf(error);
      return 'failed';
    }
    numbers[T.swap_pct] = swapUsedPct(values);
    numbers[T.swap_size_bytes] = values[MEM.swapTotal]!;
    numbers[T.swap_free_bytes] = values[MEM.swapFree]!;
    if (!Number.isNaN(numbers[T.swap_pct]!)) return 'fresh';
    this.reason = { summary: 'meminfo lacks SwapTotal or SwapFree', detail: null };
    return 'failed';
  }

  close(): void {
    // The memory collector owns the file.
  }
}
