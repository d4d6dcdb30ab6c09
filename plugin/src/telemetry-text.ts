import { RESOURCES, type Snapshot, SOURCES, type Source } from './snapshot.js';

const UNKNOWN = 'unknown';
const MAX_SITES = 50;
const RESOURCE_NAMES = { cpu: 'CPU', memory: 'memory', io: 'I/O' } as const;

/**
 * A snapshot as a model reads it well: one line for each source that was asked for, units named, what is unknown called so, what is old
 * with its age. What a Monitor of an older version does not tell has no line. `nowMs` is milliseconds since 1970.
 */
export function describeSnapshot(snapshot: Snapshot, sources: readonly Source[], nowMs: number): string {
  const ageSeconds = (nowMs - Date.parse(snapshot.sampledAt)) / 1_000;
  // The clock may have been set back since.
  const age = ageSeconds >= 0 ? ` (${duration(ageSeconds)} ago)` : '';
  const lines = [`Host ${plain(snapshot.identifier)}, sampled at ${snapshot.sampledAt}${age}:`];
  for (const source of SOURCES) {
    const said = sources.includes(source) ? DESCRIBE[source](snapshot) : null;
    if (said !== null) lines.push(`- ${said}${staleness(snapshot, source)}`);
  }
  if (lines.length === 1) lines.push('- This version of the Monitor tells nothing of what was asked for.');
  return lines.join('\n');
}

const DESCRIBE: Readonly<Record<Source, (snapshot: Snapshot) => string | null>> = {
  cpu: ({ cpuPct, burst }) => `CPU: ${percent(cpuPct, 'busy, over all cores')}${busiest(burst)}`,
  memory: ({ memPct }) => `Memory: ${percent(memPct, 'used')}`,
  swap: ({ swapPct }) => `Swap: ${percent(swapPct, 'used')}`,
  disk: ({ diskPct }) => `Disk: ${percent(diskPct, 'used')}`,
  load: ({ loadAvg }) =>
    loadAvg === null
      ? `Load average: ${UNKNOWN}`
      : `Load average: ${loadAvg[0]} over 1 minute, ${loadAvg[1]} over 5 minutes, ${loadAvg[2]} over 15 minutes`,
  uptime: ({ uptimeSeconds }) =>
    `Uptime: ${uptimeSeconds === null ? UNKNOWN : `${uptimeSeconds} seconds (${duration(uptimeSeconds)})`}`,
  nginx: ({ nginxInstalled, nginxSites }) => `nginx: ${nginx(nginxInstalled, nginxSites)}`,
  pressure: ({ pressure }) => (pressure === 'not told' ? null : `Pressure: ${waiting(pressure)}`),
};

function percent(value: number | null, ofWhat: string): string {
  return value === null ? UNKNOWN : `${value} % ${ofWhat}`;
}

/** A minute is told as such as soon as nearly all of it was seen. */
function busiest(burst: Snapshot['burst']): string {
  if (burst === null) return '';
  const { maxPct, seenSeconds } = burst;
  const time = seenSeconds >= 55 ? 'minute' : duration(seenSeconds);
  return `; busiest 100 ms of the last ${time}: ${maxPct} %`;
}

function waiting(pressure: Exclude<Snapshot['pressure'], 'not told'>): string {
  if (pressure === 'unsupported') return 'not supported by this kernel';
  if (RESOURCES.every((resource) => pressure[resource] === null)) return UNKNOWN;
  const shares = RESOURCES.map((resource) => {
    const value = pressure[resource];
    return `${RESOURCE_NAMES[resource]} ${value === null ? UNKNOWN : `${value} %`}`;
  });
  return `some task waited for ${shares.join(', ')} of the last 10 s`;
}

function nginx(isInstalled: boolean | null, sites: readonly string[] | null): string {
  if (isInstalled === null) return UNKNOWN;
  if (!isInstalled) return 'not installed';
  if (sites === null) return 'installed, enabled sites unknown';
  if (sites.length === 0) return 'installed, no enabled sites';
  const more = sites.length > MAX_SITES ? ` and ${sites.length - MAX_SITES} more` : '';
  return `installed, ${sites.length} enabled: ${sites.slice(0, MAX_SITES).map(plain).join(', ')}${more}`;
}

function staleness({ stale }: Snapshot, source: Source): string {
  const ageSeconds = stale.get(source);
  if (ageSeconds === undefined) return '';
  const since = ageSeconds === null ? 'for an unknown time' : `for ${duration(ageSeconds)}`;
  return ` — stale: no new value ${since}`;
}

/** `3 h 25 min`, `4.2 s`: the two largest units, which is what one wants to know. */
function duration(seconds: number): string {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** Names come from files; a line break in one would be a line of its own. */
function plain(name: string): string {
  return name.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}
