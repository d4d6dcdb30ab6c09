import type { Config } from '../config.js';
import type { LaneName } from '../shared/control.js';
import type { LaneWork } from './pool.js';

/** The disk lane's intervals, and the ages at which its values are stale. Not settings: only tests shorten them. */
export interface Cadences {
  readonly diskMs: number;
  readonly diskStaleAfterMs: number;
  readonly nginxMs: number;
  readonly nginxStaleAfterMs: number;
}

const CADENCES: Cadences = {
  diskMs: 5_000,
  diskStaleAfterMs: 15_000,
  nginxMs: 60_000,
  nginxStaleAfterMs: 180_000,
};

/** The task of each lane. `searchPath`: a PATH that is searched for nginx. */
export function laneWorks(options: {
  config: Config;
  shared: SharedArrayBuffer;
  searchPath: string;
  cadences?: Cadences | undefined;
}): Record<LaneName, LaneWork> {
  const { config, shared, searchPath, cadences = CADENCES } = options;
  return {
    proc: {
      lane: 'proc',
      shared,
      procfs: config.procfs,
      intervalMs: config.sampleIntervalMs,
      cpuWindowMs: config.cpuWindowMs,
      cpuBudgetPct: config.cpuBudgetPct,
      diskStaleAfterMs: cadences.diskStaleAfterMs,
      nginxStaleAfterMs: cadences.nginxStaleAfterMs,
    },
    disk: {
      lane: 'disk',
      shared,
      diskPath: config.diskPath,
      rootfs: config.rootfs,
      diskIntervalMs: cadences.diskMs,
      nginxIntervalMs: cadences.nginxMs,
      searchPath,
    },
  };
}
