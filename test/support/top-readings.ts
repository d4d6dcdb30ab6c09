import type { Reading, Snapshot } from '../../src/commands/top/feed.js';

/** For how much of the last ten seconds some task waited, in percent. */
function pressureOf(cpu: number, memory: number, io: number): Snapshot['pressure'] {
  const line = (avg10: number) => ({ some: { avg10 } });
  return { supported: true, cpu: line(cpu), memory: line(memory), io: line(io) };
}

/** A sample of a host that is well, but for what is given. */
export function readingOf(
  snapshot: Partial<Snapshot> = {},
  others: Partial<Omit<Reading, 'snapshot'>> = {},
): Reading {
  return {
    snapshot: {
      identifier: 'vps.t1',
      sampled_at: '2026-03-22T01:37:21.042Z',
      cpu_pct: 50,
      mem_pct: 25,
      swap_pct: 0,
      disk_pct: 80,
      load_avg: [1.2, 1.1, 0.98],
      uptime_seconds: 1_049_062,
      nginx_installed: true,
      nginx_sites: ['default', 'shop.example'],
      sampling: { interval_ms: 100 },
      cpu: {
        busy_100ms_pct: 62.5,
        burst: { seconds: 60, max_pct: 99, mean_pct: 40, above_90_ms: 200 },
        cores: { hottest: { core: 1, pct: 75 }, interrupted: { core: 0, pct: 1 } },
      },
      pressure: pressureOf(1, 0, 0),
      ...snapshot,
    },
    atMonoMs: 1_000_000,
    ...others,
  };
}
