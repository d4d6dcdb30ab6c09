/**
 * The numbers of the frames: what they are called, and where each lies.
 */

/** What a value is read from, as it is named in `stale`. The index is its bit in the staleness mask. */
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

/** What tasks may have to wait for, as the kernel's files are called. */
export const PRESSURE_RESOURCES = ['cpu', 'memory', 'io'] as const;
export type PressureResource = (typeof PRESSURE_RESOURCES)[number];

/** The lines of these files: `some` task waited, or all (`full`). */
export const PRESSURE_LINES = [
  'cpu_some',
  'cpu_full',
  'memory_some',
  'memory_full',
  'io_some',
  'io_full',
] as const;

/**
 * What each line tells: averages in percent, microseconds that were lost since boot, and since the reading before. What a kernel does not
 * tell (`cpu_full` before 5.13) is NaN.
 */
export const PRESSURE_VALUES = ['avg10', 'avg60', 'avg300', 'total_us', 'stall_us'] as const;

/** What a row of the flight recorder holds beside its times, in this order. NaN is unknown. */
export const HISTORY_COLUMNS = [
  /** Busy share over the trailing 100 ms, percent; the highest since the row before. */
  'cpu_pct',
  'hottest_core_pct',
  'mem_pct',
  'swap_pct',
  'load_1',
  /** For how much of the second before the newest reading some task waited, or all did, percent. */
  'pressure_cpu_some_pct',
  'pressure_memory_some_pct',
  'pressure_memory_full_pct',
  'pressure_io_some_pct',
  'pressure_io_full_pct',
] as const;
export type HistoryColumn = (typeof HISTORY_COLUMNS)[number];

/** The values of a telemetry frame, in the order in which they lie in it. NaN is unknown. */
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
  /** Busy share over the trailing 100 ms, percent: what goes into the histogram. */
  'cpu_100ms_pct',
  /** Shares of the window of `cpu_pct`, percent; user has nice in it. */
  'cpu_user_pct',
  'cpu_system_pct',
  'cpu_iowait_pct',
  'cpu_steal_pct',
  /** Of the trailing minute: how much of it was seen (s), and what `shared/burst.ts` makes of the histogram. */
  'burst_seconds',
  'burst_max_pct',
  'burst_p95_pct',
  'burst_mean_pct',
  'burst_above_90_ms',
  /** The last second, core by core: how many have one, the busiest without its interrupts, and the one with most of these. */
  'cores',
  'hottest_core',
  'hottest_core_pct',
  'interrupted_core',
  'interrupted_core_pct',
  /** 0: this kernel has no pressure stall information. 1: it has, as far as is known; what could not be read is NaN. */
  'pressure_supported',
  /** When it was read last, CLOCK_MONOTONIC ms, and how long that was after the reading before, ms. */
  'pressure_mono_ms',
  'pressure_interval_ms',
  ...PRESSURE_LINES.flatMap((line) => PRESSURE_VALUES.map((value) => `pressure_${line}_${value}` as const)),
  /** When the newest value of each source was read, CLOCK_MONOTONIC ms; the lane's start before the first. */
  ...SOURCES.map((source) => `${source}_fresh_ms` as const),
  /** How long the last try to read each source took, ms; unknown for the CPU, which is read at every tick. */
  ...SOURCES.map((source) => `${source}_duration_ms` as const),
  /** CLOCK_REALTIME and CLOCK_MONOTONIC of the tick, ms. */
  'sampled_wall_ms',
  'sampled_mono_ms',
  /** From the sample before to this one, ms: more than the interval where samples take longer than that. */
  'gap_ms',
  /** 1 when at least one kernel file could be read at this tick. */
  'valid',
  /** Bits of `SOURCES`. */
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
  /** Sums of all sound steps since the first lane started; differences of these are exact over any interval. User has nice in it. */
  'cpu_busy_ticks',
  'cpu_total_ticks',
  'cpu_user_ticks',
  'cpu_system_ticks',
  'cpu_iowait_ticks',
  'cpu_steal_ticks',
  /** Steps in which a counter fell. */
  'cpu_anomalies',
  /** The proc lane's account of itself. */
  'interval_ms',
  'ticks',
  'missed_ticks',
  'read_errors',
  'lane_cpu_ns',
  'lane_cpu_mono_ms',
] as const;
export type NumberName = (typeof TELEMETRY_NUMBERS)[number];

/**
 * Behind these values lies a histogram: for how long (ms) each busy share of 100 ms was seen, never reset. Bucket i, 0 to 100, is (i - 1, i]
 * percent; behind the buckets the sum of share (0 to 1) times time (ms). `burst.ts` reads it.
 */
export const BURST_BUCKETS = 101;
export const BURST_COUNTERS = BURST_BUCKETS + 1;
/** Where its counters begin in a telemetry frame's Float64Array, and how long that is. */
export const BURST_FIRST = TELEMETRY_NUMBERS.length;
export const FRAME_NUMBERS = BURST_FIRST + BURST_COUNTERS;

/** The values of a disk frame; its bytes are `nginx_sites` as JSON. */
export const DISK_NUMBERS = [
  'disk_pct',
  /** NaN where the size of a block is not known for sure. */
  'disk_size_bytes',
  'disk_used_bytes',
  'disk_available_bytes',
  /** When the value was read, CLOCK_MONOTONIC ms; NaN: never. */
  'disk_mono_ms',
  /** How long the last look took that came to an end. */
  'disk_duration_ms',
  /** 1 when the last try failed. */
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
