import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import { digits, type Row, type Section, type Target } from './report.js';
import { readThreadTimes, type ThreadRole, threadRoles } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';

/** 1, 20, 100 and 1,000 Hz, and what the whole daemon may take of one core. */
const CADENCES: readonly { intervalMs: number; maxPct: number | null }[] = [
  { intervalMs: 1_000, maxPct: null },
  { intervalMs: 50, maxPct: 0.8 },
  { intervalMs: 10, maxPct: 2 },
  { intervalMs: 1, maxPct: null },
];
const ROLES: readonly ThreadRole[] = ['main', 'proc lane', 'disk lane', 'heartbeat', 'V8 and libuv'];

interface Share {
  readonly pct: number;
  readonly byRole: Readonly<Record<ThreadRole, number>>;
}

/** What share of one core the whole daemon takes, with heartbeats on and nobody asking. */
export async function benchCpuShare({ quick }: BenchOptions): Promise<Section> {
  const reportIntervalSec = quick ? 2 : 30;
  const warmupMs = quick ? 500 : 10_000;
  const windowMs = quick ? 2_500 : 60_000;
  const rows: Row[] = [];
  const failures: string[] = [];
  for (const { intervalMs, maxPct } of CADENCES) {
    const hz = 1000 / intervalMs;
    try {
      const share = await measureShare({ intervalMs, reportIntervalSec, warmupMs, windowMs });
      rows.push(...rowsOf(hz, share, maxPct));
    } catch (error) {
      failures.push(`CPU share at ${hz} Hz: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return {
    part: 'cpu',
    title: `The whole daemon’s CPU time, all threads, 100 % = one core (${windowMs / 1000} s each)`,
    rows,
    notes: [
      `Heartbeats every ${reportIntervalSec} s to a backend on loopback; nobody asks the bridge. Measured after the first heartbeat and ${warmupMs / 1000} s.`,
    ],
    failures,
  };
}

function rowsOf(hz: number, share: Share, maxPct: number | null): Row[] {
  const target: { target?: Target } =
    maxPct === null ? {} : { target: { limit: maxPct, kind: 'at most', of: 'value' } };
  const whole: Row = {
    what: `daemon at ${hz} Hz`,
    value: share.pct,
    unit: '% core',
    remark: `= ${digits((share.pct * 1e4) / hz)} µs a tick`,
    ...target,
    details: share.byRole,
  };
  const threads = ROLES.map(
    (role): Row => ({
      what: `  ${role}`,
      value: share.byRole[role],
      unit: '% core',
      ratio: { value: share.byRole[role] / share.pct, to: 'the whole' },
    }),
  );
  return [whole, ...threads];
}

async function measureShare(options: {
  intervalMs: number;
  reportIntervalSec: number;
  warmupMs: number;
  windowMs: number;
}): Promise<Share> {
  const daemon = await RunningDaemon.start({
    sampleIntervalMs: options.intervalMs,
    reportIntervalSec: options.reportIntervalSec,
  });
  try {
    await daemon.firstHeartbeat(options.reportIntervalSec * 1000 + 10_000);
    await delay(options.warmupMs);
    const before = readThreadTimes(daemon.pid);
    const startMs = performance.now();
    await delay(options.windowMs);
    const after = readThreadTimes(daemon.pid);
    const elapsedNs = (performance.now() - startMs) * 1e6;
    const roleOf = threadRoles(daemon.pid, before, after);
    const byRole: Record<ThreadRole, number> = {
      main: 0,
      'proc lane': 0,
      'disk lane': 0,
      heartbeat: 0,
      'V8 and libuv': 0,
    };
    for (const thread of after) {
      const usedNs = thread.cpuNs - (before.find(({ tid }) => tid === thread.tid)?.cpuNs ?? 0);
      byRole[roleOf(thread)] += (100 * usedNs) / elapsedNs;
    }
    return { pct: ROLES.reduce((sum, role) => sum + byRole[role], 0), byRole };
  } finally {
    await daemon.stop();
  }
}
