import assert from 'node:assert/strict';
import { type Reading, readTelemetry } from '../../../src/page/reading.js';

/** A body of `GET /telemetry` as the Monitor writes it. */
export const TELEMETRY = {
  identifier: 'vps.t1',
  sampled_at: '2026-03-22T01:37:21.042Z',
  cpu_pct: 10.5,
  mem_pct: 52.1,
  disk_pct: 81,
  swap_pct: 0,
  load_avg: [0.12, 0.09, 0.03],
  uptime_seconds: 12_345,
  nginx_installed: true,
  nginx_sites: ['default'],
  sampling: { interval_ms: 50 },
  cpu: {
    busy_100ms_pct: 97.5,
    user_pct: 8.1,
    system_pct: 2,
    iowait_pct: 0.1,
    steal_pct: 0,
    burst: { seconds: 60, max_pct: 100, p95_pct: 88, mean_pct: 15.2, above_90_ms: 3_120 },
    cores: { count: 2, hottest: { core: 1, pct: 99 }, interrupted: { core: 0, pct: 1 } },
  },
  pressure: {
    supported: true,
    interval_ms: 1_000,
    cpu: { some: pressure(1.5, 20_000), full: pressure(0, 0) },
    memory: { some: pressure(0, 0), full: pressure(0, 0) },
    io: { some: pressure(0.2, null), full: pressure(0, 0) },
  },
};

function pressure(avg10: number, stallUs: number | null) {
  return { avg10, avg60: 0.5, avg300: 0.25, total_us: 123_456, stall_us: stallUs };
}

/** The reading of a body that differs from the one above in `changes`. */
export function readingOf(changes: Readonly<Record<string, unknown>> = {}): Reading {
  const reading = readTelemetry({ ...TELEMETRY, ...changes });
  assert.ok(reading !== null);
  return reading;
}
