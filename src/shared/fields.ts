/**
 * The table of everything that the Monitor reports about a host; all other places derive from it.
 */

import type { NumberName, Source } from './numbers.js';

export * from './numbers.js';

interface FieldBase {
  /** The name on the wire. */
  readonly name: string;
  readonly source: Source;
  readonly unit: 'percent' | 'seconds' | 'tasks' | 'none';
  readonly help: string;
  /** The name of each of its numbers on `/metrics`, after `harborforge_`. It contains the unit; percentages become ratios there. */
  readonly metrics: readonly string[];
}

/** One number, rendered with `decimals` places. */
interface NumberField extends FieldBase {
  readonly kind: 'number';
  readonly decimals: 0 | 1 | 2;
  readonly numbers: readonly [NumberName];
}

/** An array of numbers, unknown as a whole if one of them is. */
interface NumbersField extends FieldBase {
  readonly kind: 'numbers';
  readonly decimals: 0 | 1 | 2;
  readonly numbers: readonly NumberName[];
}

/**
 * `flag`: 1 and 0 internally, true and false on the wire. `names`: an array of strings, kept in the disk frame's notes (reasons.ts); its
 * number is their count, which only `/metrics` reports.
 */
interface PlainField extends FieldBase {
  readonly kind: 'flag' | 'names';
  readonly numbers: readonly [NumberName];
}

export type Field = NumberField | NumbersField | PlainField;

/** The hardware fields on the wire, in their order. */
export const FIELDS: readonly Field[] = [
  {
    name: 'cpu_pct',
    kind: 'number',
    source: 'cpu',
    unit: 'percent',
    decimals: 1,
    numbers: ['cpu_pct'],
    metrics: ['cpu_usage_ratio'],
    help: 'Share of CPU time that was neither idle nor iowait over the trailing window; steal counts as busy.',
  },
  {
    name: 'mem_pct',
    kind: 'number',
    source: 'memory',
    unit: 'percent',
    decimals: 1,
    numbers: ['mem_pct'],
    metrics: ['memory_usage_ratio'],
    help: 'Share of memory that is not available to a new workload without swapping.',
  },
  {
    name: 'disk_pct',
    kind: 'number',
    source: 'disk',
    unit: 'percent',
    decimals: 1,
    numbers: ['disk_pct'],
    metrics: ['disk_usage_ratio'],
    help: 'Used share of the file system at the disk path, as df computes it: used / (used + what users may still take).',
  },
  {
    name: 'swap_pct',
    kind: 'number',
    source: 'swap',
    unit: 'percent',
    decimals: 1,
    numbers: ['swap_pct'],
    metrics: ['swap_usage_ratio'],
    help: 'Used share of swap; 0 where there is no swap.',
  },
  {
    name: 'load_avg',
    kind: 'numbers',
    source: 'load',
    unit: 'tasks',
    decimals: 2,
    numbers: ['load_1', 'load_5', 'load_15'],
    metrics: ['load1', 'load5', 'load15'],
    help: 'Load averages over 1, 5 and 15 minutes.',
  },
  {
    name: 'uptime_seconds',
    kind: 'number',
    source: 'uptime',
    unit: 'seconds',
    decimals: 0,
    numbers: ['uptime_seconds'],
    metrics: ['host_uptime_seconds'],
    help: 'Whole seconds since boot, time asleep counted in.',
  },
  {
    name: 'nginx_installed',
    kind: 'flag',
    source: 'nginx',
    unit: 'none',
    numbers: ['nginx_installed'],
    metrics: ['nginx_installed'],
    help: 'Whether an nginx binary or its main configuration file is there.',
  },
  {
    name: 'nginx_sites',
    kind: 'names',
    source: 'nginx',
    unit: 'none',
    numbers: ['nginx_site_count'],
    metrics: ['nginx_sites'],
    help: 'The enabled sites.',
  },
];

/** A value that only /metrics reports. Units: bytes. */
export interface Amount {
  readonly number: NumberName;
  readonly source: Source;
  /** Like `metrics` of a field. */
  readonly metric: string;
  readonly help: string;
}

/** The sizes behind the percentages. */
export const AMOUNTS: readonly Amount[] = [
  amount('memory', 'mem_size_bytes', 'memory_size_bytes', 'Memory that the kernel has.'),
  amount('memory', 'mem_available_bytes', 'memory_available_bytes', 'Memory that a new workload can have.'),
  amount('swap', 'swap_size_bytes', 'swap_size_bytes', 'Swap there is; 0 where there is none.'),
  amount('swap', 'swap_free_bytes', 'swap_free_bytes', 'Swap that is not in use.'),
  amount('disk', 'disk_size_bytes', 'disk_size_bytes', 'Size of the file system at the disk path.'),
  amount('disk', 'disk_used_bytes', 'disk_used_bytes', 'What is used of it.'),
  amount('disk', 'disk_available_bytes', 'disk_available_bytes', 'What users may still take of it.'),
];

function amount(source: Source, number: NumberName, metric: string, help: string): Amount {
  return { source, number, metric, help };
}
