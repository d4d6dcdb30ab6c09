/**
 * The one table of what the Monitor tells about a host. The telemetry JSON, the heartbeat, the staleness mask
 * and the frame's numbers all derive from it.
 */

/** What a value is read from, as it is named in `stale`. The index is its bit in the staleness mask. */
export const SOURCES = ['cpu', 'memory', 'swap', 'disk', 'load', 'uptime', 'nginx'] as const;
export type Source = (typeof SOURCES)[number];

/** Index of each source, and its bit in a staleness mask. */
export const S = indexed(SOURCES);

/** Bit of `source` in a staleness mask. */
export function sourceBit(source: Source): number {
  return 1 << S[source];
}

interface FieldBase {
  /** The name on the wire. */
  readonly name: string;
  readonly source: Source;
  readonly unit: 'percent' | 'seconds' | 'tasks' | 'none';
  readonly help: string;
}

/** One number, rendered with `decimals` places. */
interface NumberField extends FieldBase {
  readonly kind: 'number';
  readonly decimals: 0 | 1 | 2;
  readonly numbers: readonly [NumberName];
}

/** An array of numbers, unknown as a whole when one of them is. */
interface NumbersField extends FieldBase {
  readonly kind: 'numbers';
  readonly decimals: 0 | 1 | 2;
  readonly numbers: readonly NumberName[];
}

/** 1 and 0 inside, true and false on the wire. */
interface FlagField extends FieldBase {
  readonly kind: 'flag';
  readonly numbers: readonly [NumberName];
}

/** An array of strings, kept as rendered JSON in the disk frame's bytes. */
interface NamesField extends FieldBase {
  readonly kind: 'names';
}

export type Field = NumberField | NumbersField | FlagField | NamesField;

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
  /** Sums of all sound steps since the first lane started; differences of these are exact over any interval. */
  'cpu_busy_ticks',
  'cpu_total_ticks',
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

/** The values of a disk frame; its bytes are `nginx_sites` as JSON. */
export const DISK_NUMBERS = [
  'disk_pct',
  /** When the value was read, CLOCK_MONOTONIC ms; NaN: never. */
  'disk_mono_ms',
  /** 1 when the last try failed. */
  'disk_failed',
  'nginx_installed',
  'nginx_mono_ms',
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

/** The hardware fields of the wire, in the order in which they are written. */
export const FIELDS: readonly Field[] = [
  {
    name: 'cpu_pct',
    kind: 'number',
    source: 'cpu',
    unit: 'percent',
    decimals: 1,
    numbers: ['cpu_pct'],
    help: 'Share of CPU time that was neither idle nor iowait over the trailing window; steal counts as busy.',
  },
  {
    name: 'mem_pct',
    kind: 'number',
    source: 'memory',
    unit: 'percent',
    decimals: 1,
    numbers: ['mem_pct'],
    help: 'Share of memory that is not available to a new workload without swapping.',
  },
  {
    name: 'disk_pct',
    kind: 'number',
    source: 'disk',
    unit: 'percent',
    decimals: 1,
    numbers: ['disk_pct'],
    help: 'Used share of the file system at the disk path, as df computes it: used / (used + what users may still take).',
  },
  {
    name: 'swap_pct',
    kind: 'number',
    source: 'swap',
    unit: 'percent',
    decimals: 1,
    numbers: ['swap_pct'],
    help: 'Used share of swap; 0 where there is no swap.',
  },
  {
    name: 'load_avg',
    kind: 'numbers',
    source: 'load',
    unit: 'tasks',
    decimals: 2,
    numbers: ['load_1', 'load_5', 'load_15'],
    help: 'Load averages over 1, 5 and 15 minutes.',
  },
  {
    name: 'uptime_seconds',
    kind: 'number',
    source: 'uptime',
    unit: 'seconds',
    decimals: 0,
    numbers: ['uptime_seconds'],
    help: 'Whole seconds since boot, time asleep counted in.',
  },
  {
    name: 'nginx_installed',
    kind: 'flag',
    source: 'nginx',
    unit: 'none',
    numbers: ['nginx_installed'],
    help: 'Whether an nginx binary or its main configuration file is there.',
  },
  {
    name: 'nginx_sites',
    kind: 'names',
    source: 'nginx',
    unit: 'none',
    help: 'The enabled sites, sorted.',
  },
];
