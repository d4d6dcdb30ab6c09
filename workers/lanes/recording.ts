import { H, HISTORY_COLUMNS, T } from '../../src/shared/fields.js';
import { RecorderWriter, ROW_MIN_MS } from '../../src/shared/recorder.js';
import { Cadence } from './cadence.js';

/** Columns copied from the frame unchanged. */
const PLAIN = [
  [H.hottest_core_pct, T.hottest_core_pct],
  [H.mem_pct, T.mem_pct],
  [H.swap_pct, T.swap_pct],
  [H.load_1, T.load_1],
] as const;

/** Columns computed as a share of the time since the previous reading. */
const STALLS = [
  [H.pressure_cpu_some_pct, T.pressure_cpu_some_stall_us],
  [H.pressure_memory_some_pct, T.pressure_memory_some_stall_us],
  [H.pressure_memory_full_pct, T.pressure_memory_full_stall_us],
  [H.pressure_io_some_pct, T.pressure_io_some_stall_us],
  [H.pressure_io_full_pct, T.pressure_io_full_stall_us],
] as const;

/** Writes samples into the flight recorder. Thread: proc lane. Allocates: nothing. */
export class Recording {
  private readonly recorder: RecorderWriter;
  private readonly cadence = new Cadence(ROW_MIN_MS);
  private readonly values = new Float32Array(HISTORY_COLUMNS.length);
  /** The highest 100 ms busy share since the newest row, and the sums of CPU time at that row. */
  private peakPct = Number.NaN;
  private busyTicks = Number.NaN;
  private totalTicks = Number.NaN;

  constructor(shared: SharedArrayBuffer) {
    this.recorder = new RecorderWriter(shared);
  }

  /** Takes a busy share, including those read between samples. NaN: unknown. */
  saw(busyPct: number): void {
    if (busyPct > this.peakPct || Number.isNaN(this.peakPct)) this.peakPct = busyPct;
  }

  /** Appends a row for the sample in `numbers` (TELEMETRY_NUMBERS order), unless the newest row is too recent. */
  record(numbers: Float64Array, deadlineMs: number): void {
    if (!this.cadence.due(deadlineMs)) return;
    const { values } = this;
    values[H.cpu_pct] = this.cpuPct(numbers);
    for (let i = 0; i < PLAIN.length; i++) values[PLAIN[i]![0]] = numbers[PLAIN[i]![1]]!;
    const intervalUs = numbers[T.pressure_interval_ms]! * 1_000;
    for (let i = 0; i < STALLS.length; i++)
      values[STALLS[i]![0]] = Math.min(100, (100 * numbers[STALLS[i]![1]]!) / intervalUs);
    this.recorder.append(numbers[T.sampled_mono_ms]!, numbers[T.sampled_wall_ms]!, values);
  }

  /** The peak since the newest row; the mean if samples are too far apart for 100 ms shares. */
  private cpuPct(numbers: Float64Array): number {
    const { peakPct } = this;
    this.peakPct = Number.NaN;
    const busy = numbers[T.cpu_busy_ticks]! - this.busyTicks;
    const total = numbers[T.cpu_total_ticks]! - this.totalTicks;
    this.busyTicks = numbers[T.cpu_busy_ticks]!;
    this.totalTicks = numbers[T.cpu_total_ticks]!;
    if (!Number.isNaN(peakPct) || Number.isNaN(numbers[T.cpu_pct]!)) return peakPct;
    return total > 0 ? (100 * busy) / total : Number.NaN;
  }
}
