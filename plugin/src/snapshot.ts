import { isRecord, peek } from './host.js';

/** What can be asked for, by the names under which the Monitor calls a source stale. */
export const SOURCES = ['cpu', 'memory', 'swap', 'disk', 'load', 'uptime', 'nginx', 'pressure'] as const;
export type Source = (typeof SOURCES)[number];

/** What tasks may have to wait for, as the Monitor names it. */
export const RESOURCES = ['cpu', 'memory', 'io'] as const;

/** For how much of the last ten seconds some task waited, in percent; null: unknown. */
export type Pressure = Readonly<Record<(typeof RESOURCES)[number], number | null>>;

/** The Monitor's snapshot. Null: unknown. */
export interface Snapshot {
  readonly identifier: string;
  /** ISO 8601, UTC. */
  readonly sampledAt: string;
  readonly cpuPct: number | null;
  /** The busiest 100 ms of the trailing minute, of which so many seconds were seen; null: not told, too. */
  readonly burst: { readonly maxPct: number; readonly seenSeconds: number } | null;
  readonly memPct: number | null;
  readonly swapPct: number | null;
  readonly diskPct: number | null;
  /** Over 1, 5 and 15 minutes. */
  readonly loadAvg: readonly number[] | null;
  readonly uptimeSeconds: number | null;
  readonly nginxInstalled: boolean | null;
  readonly nginxSites: readonly string[] | null;
  /** Not told: by a Monitor of an older version. */
  readonly pressure: Pressure | 'unsupported' | 'not told';
  /** The sources that give no new value, with the age of the last one in seconds; null: age unknown. */
  readonly stale: ReadonlyMap<string, number | null>;
}

/** Reads the answer of GET /telemetry; null when it is not one. A field that is not of its type is unknown. */
export function readSnapshot(json: unknown): Snapshot | null {
  const identifier = peek(json, 'identifier');
  const sampledAt = peek(json, 'sampled_at');
  if (typeof identifier !== 'string' || typeof sampledAt !== 'string') return null;
  if (Number.isNaN(Date.parse(sampledAt))) return null;
  const loadAvg = listOf(peek(json, 'load_avg'), isNumber);
  const installed = peek(json, 'nginx_installed');
  return {
    identifier,
    sampledAt,
    cpuPct: numberOf(json, 'cpu_pct'),
    burst: readBurst(peek(json, 'cpu', 'burst')),
    memPct: numberOf(json, 'mem_pct'),
    swapPct: numberOf(json, 'swap_pct'),
    diskPct: numberOf(json, 'disk_pct'),
    loadAvg: loadAvg?.length === 3 ? loadAvg : null,
    uptimeSeconds: numberOf(json, 'uptime_seconds'),
    nginxInstalled: typeof installed === 'boolean' ? installed : null,
    nginxSites: listOf(peek(json, 'nginx_sites'), (site) => typeof site === 'string'),
    pressure: readPressure(peek(json, 'pressure')),
    stale: readStale(json),
  };
}

function readBurst(burst: unknown): Snapshot['burst'] {
  const [maxPct, seenSeconds] = [numberOf(burst, 'max_pct'), numberOf(burst, 'seconds')];
  return maxPct === null || seenSeconds === null ? null : { maxPct, seenSeconds };
}

function readPressure(pressure: unknown): Snapshot['pressure'] {
  if (pressure === undefined) return 'not told';
  if (peek(pressure, 'supported') === false) return 'unsupported';
  const avg10 = (resource: keyof Pressure) => numberOf(peek(pressure, resource, 'some'), 'avg10');
  return { cpu: avg10('cpu'), memory: avg10('memory'), io: avg10('io') };
}

function readStale(json: unknown): Map<string, number | null> {
  const named = listOf(peek(json, 'stale'), (source) => typeof source === 'string') ?? [];
  const ages = peek(json, 'stale_seconds');
  return new Map(named.map((source) => [source, isRecord(ages) ? numberOf(ages, source) : null]));
}

function numberOf(json: unknown, key: string): number | null {
  const value = peek(json, key);
  return isNumber(value) ? value : null;
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function listOf<Item>(value: unknown, isItem: (item: unknown) => item is Item): Item[] | null {
  return Array.isArray(value) && value.every(isItem) ? value : null;
}
