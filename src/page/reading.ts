import { flagAt, numberAt, numbersAt, textAt, textsAt, valueAt } from './json.js';

/** What tasks may have to wait for. */
export const RESOURCES = ['cpu', 'memory', 'io'] as const;
export type Resource = (typeof RESOURCES)[number];

/** One line of a file below `/proc/pressure`. Averages are percent. */
export interface PressureLine {
  readonly avg10: number | null;
  readonly avg60: number | null;
  readonly avg300: number | null;
  /** For how much of the time since the reading before tasks waited, percent. */
  readonly nowPct: number | null;
}

/** One core's share of a second, percent. */
export interface CoreShare {
  readonly core: number;
  readonly pct: number;
}

/** What `GET /telemetry` tells, as far as the page shows it. Null is unknown. */
export interface Reading {
  readonly identifier: string;
  /** The host's wall clock, unix ms. */
  readonly sampledAtMs: number;
  readonly intervalMs: number | null;
  readonly cpuPct: number | null;
  readonly busy100msPct: number | null;
  readonly userPct: number | null;
  readonly systemPct: number | null;
  readonly iowaitPct: number | null;
  readonly stealPct: number | null;
  readonly burst: {
    readonly seconds: number | null;
    readonly maxPct: number | null;
    readonly p95Pct: number | null;
    readonly meanPct: number | null;
    readonly above90Ms: number | null;
  };
  readonly coreCount: number | null;
  readonly hottest: CoreShare | null;
  readonly interrupted: CoreShare | null;
  readonly memPct: number | null;
  readonly swapPct: number | null;
  readonly diskPct: number | null;
  readonly load: readonly [one: number, five: number, fifteen: number] | null;
  readonly uptimeSeconds: number | null;
  readonly nginxInstalled: boolean | null;
  readonly nginxSites: readonly string[] | null;
  /** False: this kernel has no pressure stall information. Null: nothing is known of it. */
  readonly isPressureSupported: boolean | null;
  readonly pressure: Readonly<Record<Resource, { readonly some: PressureLine; readonly full: PressureLine }>>;
  /** The sources that give nothing new, and for how many seconds. */
  readonly stale: ReadonlyMap<string, number | null>;
}

/** Reads a body of `GET /telemetry`; null when it is none. */
export function readTelemetry(json: unknown): Reading | null {
  const sampledAtMs = Date.parse(textAt(json, 'sampled_at') ?? '');
  if (Number.isNaN(sampledAtMs)) return null;
  const [one = null, five = null, fifteen = null] = numbersAt(json, 'load_avg') ?? [];
  return {
    identifier: textAt(json, 'identifier') ?? '',
    sampledAtMs,
    intervalMs: numberAt(json, 'sampling', 'interval_ms'),
    cpuPct: numberAt(json, 'cpu_pct'),
    busy100msPct: numberAt(json, 'cpu', 'busy_100ms_pct'),
    userPct: numberAt(json, 'cpu', 'user_pct'),
    systemPct: numberAt(json, 'cpu', 'system_pct'),
    iowaitPct: numberAt(json, 'cpu', 'iowait_pct'),
    stealPct: numberAt(json, 'cpu', 'steal_pct'),
    burst: {
      seconds: numberAt(json, 'cpu', 'burst', 'seconds'),
      maxPct: numberAt(json, 'cpu', 'burst', 'max_pct'),
      p95Pct: numberAt(json, 'cpu', 'burst', 'p95_pct'),
      meanPct: numberAt(json, 'cpu', 'burst', 'mean_pct'),
      above90Ms: numberAt(json, 'cpu', 'burst', 'above_90_ms'),
    },
    coreCount: numberAt(json, 'cpu', 'cores', 'count'),
    hottest: coreAt(json, 'hottest'),
    interrupted: coreAt(json, 'interrupted'),
    memPct: numberAt(json, 'mem_pct'),
    swapPct: numberAt(json, 'swap_pct'),
    diskPct: numberAt(json, 'disk_pct'),
    load: one === null || five === null || fifteen === null ? null : [one, five, fifteen],
    uptimeSeconds: numberAt(json, 'uptime_seconds'),
    nginxInstalled: flagAt(json, 'nginx_installed'),
    nginxSites: textsAt(json, 'nginx_sites'),
    isPressureSupported: flagAt(json, 'pressure', 'supported'),
    pressure: {
      cpu: pressureAt(json, 'cpu'),
      memory: pressureAt(json, 'memory'),
      io: pressureAt(json, 'io'),
    },
    stale: new Map(
      (textsAt(json, 'stale') ?? []).map((source) => [source, numberAt(json, 'stale_seconds', source)]),
    ),
  };
}

function coreAt(json: unknown, which: 'hottest' | 'interrupted'): CoreShare | null {
  const core = numberAt(json, 'cpu', 'cores', which, 'core');
  const pct = numberAt(json, 'cpu', 'cores', which, 'pct');
  return core === null || pct === null ? null : { core, pct };
}

function pressureAt(json: unknown, resource: Resource) {
  const intervalMs = numberAt(json, 'pressure', 'interval_ms');
  const line = (name: 'some' | 'full'): PressureLine => {
    const told = valueAt(json, 'pressure', resource, name);
    return {
      avg10: numberAt(told, 'avg10'),
      avg60: numberAt(told, 'avg60'),
      avg300: numberAt(told, 'avg300'),
      nowPct: stallPct(numberAt(told, 'stall_us'), intervalMs),
    };
  };
  return { some: line('some'), full: line('full') };
}

/** The kernel brings its counter up to date a little before or after it is read: a second may seem to have more than one. */
function stallPct(stallUs: number | null, intervalMs: number | null): number | null {
  if (stallUs === null || intervalMs === null || intervalMs <= 0) return null;
  return Math.min(100, stallUs / (10 * intervalMs));
}
