import { type NumberName, PRESSURE_RESOURCES, PRESSURE_VALUES, type PressureResource } from './fields.js';

/** The objects of /telemetry beyond the contract's fields. Their leaves are single numbers of the frame, null if unknown. */

/** A number, rendered with `decimals` places. */
export interface Leaf {
  readonly number: NumberName;
  readonly decimals: 0 | 1 | 2;
}
export interface Branch {
  readonly [key: string]: Branch | Leaf;
}

function leaf(number: NumberName, decimals: Leaf['decimals']): Leaf {
  return { number, decimals };
}

/** The `cpu` object. */
export const CPU: Branch = {
  busy_100ms_pct: leaf('cpu_100ms_pct', 1),
  user_pct: leaf('cpu_user_pct', 1),
  system_pct: leaf('cpu_system_pct', 1),
  iowait_pct: leaf('cpu_iowait_pct', 1),
  steal_pct: leaf('cpu_steal_pct', 1),
  burst: {
    seconds: leaf('burst_seconds', 1),
    max_pct: leaf('burst_max_pct', 0),
    p95_pct: leaf('burst_p95_pct', 0),
    mean_pct: leaf('burst_mean_pct', 1),
    above_90_ms: leaf('burst_above_90_ms', 0),
  },
  cores: {
    count: leaf('cores', 0),
    hottest: { core: leaf('hottest_core', 0), pct: leaf('hottest_core_pct', 1) },
    interrupted: { core: leaf('interrupted_core', 0), pct: leaf('interrupted_core_pct', 1) },
  },
};

/** The `pressure` object after `supported`, if the kernel supports it. */
export const PRESSURE: Branch = {
  interval_ms: leaf('pressure_interval_ms', 0),
  ...Object.fromEntries(
    PRESSURE_RESOURCES.map((resource) => [
      resource,
      { some: pressureLine(resource, 'some'), full: pressureLine(resource, 'full') },
    ]),
  ),
};

function pressureLine(resource: PressureResource, line: 'some' | 'full'): Branch {
  return Object.fromEntries(
    PRESSURE_VALUES.map((value) => [
      value,
      leaf(`pressure_${resource}_${line}_${value}`, value.endsWith('_us') ? 0 : 2),
    ]),
  );
}
