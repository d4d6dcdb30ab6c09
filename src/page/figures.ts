import { decimal, duration, NOT_TOLD, percent, shortTime, UNKNOWN } from './format.js';
import { type CoreShare, type PressureLine, RESOURCES, type Reading } from './reading.js';

const BURST_MS = 100;

/** The texts that a reading gives, by the names that they have in the document. */
export function figuresOf(reading: Reading): Record<string, string> {
  const { burst, load, hottest } = reading;
  return {
    identifier: reading.identifier,
    cpu: percent(reading.cpuPct),
    burst: percent(reading.busy100msPct),
    burst_window: burstWindow(reading.intervalMs),
    hottest: percent(hottest?.pct ?? null),
    burst_title: burstTitle(burst.seconds),
    burst_max: percent(burst.maxPct, 0),
    burst_p95: percent(burst.p95Pct, 0),
    burst_mean: percent(burst.meanPct),
    burst_above: shortTime(burst.above90Ms),
    user: percent(reading.userPct),
    system: percent(reading.systemPct),
    iowait: percent(reading.iowaitPct),
    steal: percent(reading.stealPct),
    cores: decimal(reading.coreCount, 0),
    hottest_core: coreText(hottest),
    interrupted_core: coreText(reading.interrupted),
    memory: percent(reading.memPct),
    swap: percent(reading.swapPct),
    disk: percent(reading.diskPct),
    load_1: decimal(load?.[0] ?? null, 2),
    load_5: decimal(load?.[1] ?? null, 2),
    load_15: decimal(load?.[2] ?? null, 2),
    uptime: duration(reading.uptimeSeconds),
    nginx: nginxText(reading),
    ...pressureFigures(reading),
  };
}

/** Over how long a burst is told: no shorter than the time between two samples. */
function burstWindow(intervalMs: number | null): string {
  const windowMs = Math.max(BURST_MS, Math.round(intervalMs ?? 0));
  return windowMs < 1_000 ? `${windowMs} ms` : `${Number((windowMs / 1_000).toFixed(2))} s`;
}

function burstTitle(seconds: number | null): string {
  return seconds === null || seconds >= 59.5
    ? 'Bursts of the last minute'
    : `Bursts of the last ${Math.round(seconds)} s`;
}

function coreText(share: CoreShare | null): string {
  return share === null ? UNKNOWN : `core ${share.core} · ${percent(share.pct)}`;
}

function nginxText({ nginxInstalled, nginxSites }: Reading): string {
  if (nginxInstalled === null) return UNKNOWN;
  if (!nginxInstalled) return 'not installed';
  if (nginxSites === null) return 'installed';
  return nginxSites.length === 1 ? '1 site' : `${nginxSites.length} sites`;
}

/** Why the chart of pressure stays empty; empty: it does not. */
export function missingPressure({ isPressureSupported }: Pick<Reading, 'isPressureSupported'>): string {
  return isPressureSupported === false
    ? 'No pressure is told: PSI is left out of this kernel, or off. It may start with psi=1 on the command line.'
    : '';
}

function pressureFigures({ pressure, isPressureSupported }: Reading): Record<string, string> {
  const shown = (value: number | null): string => (isPressureSupported === false ? NOT_TOLD : percent(value));
  const texts: Record<string, string> = {
    pressure_note: isPressureSupported === false ? 'This kernel tells no pressure (PSI).' : '',
  };
  for (const resource of RESOURCES) {
    texts[`pressure_${resource}`] = shown(pressure[resource].some.nowPct);
    for (const line of ['some', 'full'] as const) {
      for (const seconds of [10, 60, 300] as const) {
        const value: PressureLine = pressure[resource][line];
        texts[`${resource}_${line}_${seconds}`] = shown(value[`avg${seconds}`]);
      }
    }
  }
  return texts;
}

/** What stands behind the title of a card: which of its sources give nothing new, and since when. Empty: all do. */
export function ageText(stale: Reading['stale'], sources: readonly string[]): string {
  const old = sources.filter((source) => stale.has(source));
  return old
    .map((source) => {
      const seconds = stale.get(source) ?? null;
      const name = sources.length > 1 ? `${source} ` : '';
      return seconds === null ? `${name}is stale` : `${name}stale for ${duration(seconds)}`;
    })
    .join(', ');
}
