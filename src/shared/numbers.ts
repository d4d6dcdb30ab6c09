/**
 * The numbers of the frames: their names and their indices.
 */

/** The sources of the values, by their names in `stale`. The index is the source's bit in the staleness mask. */
export const SOURCES = [
  'cpu',
  'memory',
  'swap',
  'disk',
  'load',
  'uptime',
  'nginx',
  'pressure',
  'cores',
] as const;
export type Source = (typeof SOURCES)[number];

/** Index of each source, and its bit in a staleness mask. */
export const S = indexed(SOURCES);

/** Bit of `source` in a staleness mask. */
export function sourceBit(source: Source): number {
  return 1 << S[source];
}

/** The resources that tasks may wait for, by the names of the kernel's files. */
export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const;
export type PressureResource = (typeof PRESSURE_RESOURCES)[number];

/** The lines of these files: some task waited (`some`), or all did (`full`). */
export const PRESSURE_LINES = [
  'cpu_some',
  'cpu_full',
  'memory_some',
  'memory_full',
  'io_some',
  'io_full',
] as const;

/**
 * The values of each line: averages in percent, stall time in microseconds since boot, and stall time since the previous reading. NaN if
 * the kernel does not report it (`cpu_full` before 5.13).
 */
export const PRESSURE_VALUES = ['avg10', 'avg60', 'avg300', 'total_us', 'stall_us'] as const;

/** The values in a row of the flight recorder after its times, in this order. NaN: unknown. */
export const HISTORY_COLUMNS = [
  /** Busy share of the trailing 100 ms, percent; the highest since the previous row. */
  'cpu_pct',
  'hottest_core_pct',
  'mem_pct',
  'swap_pct',
  'load_1',
  /** Share of the second before the newest reading in which some task waited, or all did, percent. */
  'pressure_cpu_some_pct',
  'pressure_memory_some_pct',
  'pressure_memory_full_pct',
  'pressure_io_some_pct',
  'pressure_io_full_pct',
] as const;
export type HistoryColumn = (typeof HISTORY_COLUMNS)[number];

/** The values of a telemetry frame, in their order. NaN: unknown. */
export const TELEMETRY_NUMBERS = [
  'cpu_pct',
  'mem_pct',
  'disk_pct',
  'swap_pct',
  'load_1',
  'load_5',
  'load_15',
  'uptime_seconds',
  'nginx_installed',
  'nginx_site_count',
  'mem_size_bytes',
  'mem_available_bytes',
  'swap_size_bytes',
  'swap_free_bytes',
  'disk_size_bytes',
  'disk_used_bytes',
  'disk_available_bytes',
  /** Busy share of the trailing 100 ms, percent: the input of the histogram. */
  'cpu_100ms_pct',
  /** Shares of the window of `cpu_pct`, percent; user includes nice. */
  'cpu_user_pct',
  'cpu_system_pct',
  'cpu_iowait_pct',
  'cpu_steal_pct',
  /** Statistics of the trailing minute: how much of it was seen (s), and the results of `shared/burst.ts`. */
  'burst_seconds',
  'burst_max_pct',
  'burst_p95_pct',
  'burst_mean_pct',
  'burst_above_90_ms',
  /** The last second by core: the number of cores, the busiest one without its interrupts, and the one with most interrupts. */
  'cores',
  'hottest_core',
  'hottest_core_pct',
  'interrupted_core',
  'interrupted_core_pct',
  /** 0: the kernel has no pressure stall information. 1: it has, as far as is known; values that could not be read are NaN. */
  'pressure_supported',
  /** Time of the last pressure reading, CLOCK_MONOTONIC ms, and the time since the reading before it, ms. */
  'pressure_mono_ms',
  'pressure_interval_ms',
  ...PRESSURE_LINES.flatMap((line) => PRESSURE_VALUES.map((value) => `pressure_${line}_${value}` as const)),
  /** Time of each source's newest value, CLOCK_MONOTONIC ms; before the first value, the lane's start. */
  ...SOURCES.map((source) => `${source}_fresh_ms` as const),
  /** Duration of the last attempt to read each source, ms; unknown for the CPU, which is read at every tick. */
  ...SOURCES.map((source) => `${source}_duration_ms` as const),
  /** CLOCK_REALTIME and CLOCK_MONOTONIC of the tick, ms. */
  'sampled_wall_ms',
  'sampled_mono_ms',
  /** Time since the previous sample, ms. More than the interval if samples take longer than that. */
  'gap_ms',
  /** 1 if at least one kernel file could be read at this tick. */
  'valid',
  /** One bit per source, in SOURCES order. */
  'stale_mask',
  /** The aggregate counters of /proc/stat as last read, USER_HZ ticks. */
  'cpu_user',
  'cpu_nice',
  'cpu_system',
  'cpu_idle',
  'cpu_iowait',
  'cpu_irq',
  'cpu_softirq',
  'cpu_steal',
  /** Sums of all valid steps since the first lane started; their differences are exact over any interval. User includes nice. */
  'cpu_busy_ticks',
  'cpu_total_ticks',
  'cpu_user_ticks',
  'cpu_system_ticks',
  'cpu_iowait_ticks',
  'cpu_steal_ticks',
  /** Steps in which a counter fell. */
  'cpu_anomalies',
  /** The proc lane's own statistics. */
  'interval_ms',
  'ticks',
  'missed_ticks',
  'read_errors',
  'lane_cpu_ns',
  'lane_cpu_mono_ms',
] as const;
export type NumberName = (typeof TELEMETRY_NUMBERS)[number];

/**
 * The histogram after these values: how long (ms) each 100 ms busy share was seen, never reset. Bucket i, 0 to 100, is (i - 1, i] percent.
 * After the buckets comes the sum of share (0 to 1) times time (ms). `burst.ts` reads it.
 */
export const BURST_BUCKETS = 101;
export const BURST_COUNTERS = BURST_BUCKETS + 1;
/** Index of its first counter in a telemetry frame's Float64Array, and the length of that array. */
export const BURST_FIRST = TELEMETRY_NUMBERS.length;
export const FRAME_NUMBERS = BURST_FIRST + BURST_COUNTERS;

/** The values of a disk frame. Its bytes are the DiskNotes (reasons.ts) as JSON. */
export const DISK_NUMBERS = [
  'disk_pct',
  /** NaN if the block size is not known for certain. */
  'disk_size_bytes',
  'disk_used_bytes',
  'disk_available_bytes',
  /** When the value was read, CLOCK_MONOTONIC ms; NaN: never. */
  'disk_mono_ms',
  /** Duration of the last reading that completed, ms. */
  'disk_duration_ms',
  /** 1 if the last attempt failed. */
  'disk_failed',
  'nginx_installed',
  'nginx_site_count',
  'nginx_mono_ms',
  'nginx_duration_ms',
  'nginx_failed',
  'ticks',
  'missed_ticks',
  'read_errors',
  'lane_cpu_ns',
  'lane_cpu_mono_ms',
] as const;

function indexed<const Names extends readonly string[]>(names: Names): { [K in Names[number]]: number } {
  return Object.fromEntries(names.map((name, index) => [name, index])) as { [K in Names[number]]: number };
}

/** Index of each value in a telemetry frame's Float64Array. */
export const T = indexed(TELEMETRY_NUMBERS);
/** Index of each value in a disk frame's Float64Array. */
export const D = indexed(DISK_NUMBERS);
/** Index of each value in a row of the flight recorder. */
export const H = indexed(HISTORY_COLUMNS);
