import type { Reading, Snapshot } from '../../src/commands/top/feed.js';

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
      ...snapshot,
    },
    atMonoMs: 1_000_000,
    pressure: { cpu: 1, memory: 0, io: 0 },
    ...others,
  };
}
