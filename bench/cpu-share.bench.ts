import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import { digits, type Row, type Section, type Target } from './report.js';
import { readThreadTimes, type ThreadRole, threadRoles } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median } from './support/statistics.js';

interface Cadence {
  readonly intervalMs: number;
  /** What the whole daemon may take of one core. */
  readonly maxPct?: number;
}
const CADENCES: readonly Cadence[] = [
  { intervalMs: 1_000 },
  { intervalMs: 50, maxPct: 0.3 },
  { intervalMs: 10, maxPct: 2 },
  { intervalMs: 1 },
];
/** The cadence that is asked for is the one that is to be measured. */
const NO_BUDGET_PCT = 100;
/** A figure is of its cadence when the lane ran so much of its ticks. */
const CADENCE_MIN = 0.9;
const ROLES: readonly ThreadRole[] = ['main', 'proc lane', 'disk lane', 'heartbeat', 'V8 and libuv'];

/** What a thread took in one window: percent of one core, and how often it was put on one. */
interface Use {
  readonly pct: number;
  readonly switchesPerSec: number;
}
interface Window {
  readonly hz: number;
  readonly byRole: Readonly<Record<ThreadRole, Use>>;
}
interface Contestant extends Cadence {
  readonly daemon: RunningDaemon;
  readonly windows: Window[];
}

/** What share of one core the whole daemon takes, with heartbeats on and nobody asking. */
export async function benchCpuShare({ quick }: BenchOptions): Promise<Section> {
  const reportIntervalSec = quick ? 2 : 30;
  const warmupMs = quick ? 500 : 30_000;
  const settleMs = quick ? 200 : 5_000;
  const windowMs = quick ? 1_000 : 30_000;
  const rounds = 2;
  const contestants: Contestant[] = [];
  try {
    for (const cadence of CADENCES) {
      const daemon = await RunningDaemon.start({
        sampleIntervalMs: cadence.intervalMs,
        reportIntervalSec,
        cpuBudgetPct: NO_BUDGET_PCT,
      });
      contestants.push({ ...cadence, daemon, windows: [] });
    }
    await Promise.all(
      contestants.map(({ daemon }) => daemon.firstHeartbeat(reportIntervalSec * 1000 + 10_000)),
    );
    await delay(warmupMs);
    for (const { daemon } of contestants) daemon.pause();
    for (let round = 0; round < rounds; round++) {
      for (const { daemon, windows } of contestants) {
        daemon.resume();
        await delay(settleMs);
        windows.push(await measureWindow(daemon, windowMs));
        daemon.pause();
      }
    }
  } finally {
    for (const { daemon } of contestants) await daemon.stop();
  }
  return {
    part: 'cpu',
    title: `The whole daemon’s CPU time, all threads, 100 % = one core (${rounds} × ${windowMs / 1000} s each)`,
    rows: contestants.flatMap(rowsOf),
    notes: [
      `Heartbeats every ${reportIntervalSec} s to a backend on loopback; nobody asks the bridge. Each cadence is a daemon of its own, warmed up for ${warmupMs / 1000} s after its first heartbeat; then one runs at a time while the others are stopped (SIGSTOP), ${settleMs / 1000} s before a window begins. Figures are the means of the windows’.`,
    ],
    failures: contestants.flatMap(({ intervalMs, windows }) => {
      const slowest = Math.min(...windows.map(({ hz }) => hz));
      const isKept = slowest >= (CADENCE_MIN * 1000) / intervalMs;
      return isKept ? [] : [`${1000 / intervalMs} Hz: one window ran at ${digits(slowest)} Hz`];
    }),
  };
}

async function measureWindow(daemon: RunningDaemon, windowMs: number): Promise<Window> {
  const { ticks } = await daemon.procLane();
  const before = readThreadTimes(daemon.pid);
  const startMs = performance.now();
  await delay(windowMs);
  const after = readThreadTimes(daemon.pid);
  const elapsedMs = performance.now() - startMs;
  const ran = (await daemon.procLane()).ticks - ticks;
  const roleOf = threadRoles(daemon.pid, before, after);
  const use = (role: ThreadRole): Use => {
    const threads = after.filter((thread) => roleOf(thread) === role);
    const between = (of: 'cpuNs' | 'slices'): number =>
      threads.reduce((sum, now) => sum + now[of] - (before.find(({ tid }) => tid === now.tid)?.[of] ?? 0), 0);
    return {
      pct: between('cpuNs') / 1e4 / elapsedMs,
      switchesPerSec: (1000 * between('slices')) / elapsedMs,
    };
  };
  return {
    hz: (1000 * ran) / elapsedMs,
    byRole: {
      main: use('main'),
      'proc lane': use('proc lane'),
      'disk lane': use('disk lane'),
      heartbeat: use('heartbeat'),
      'V8 and libuv': use('V8 and libuv'),
    },
  };
}

function rowsOf({ intervalMs, maxPct, windows }: Contestant): Row[] {
  const wholes = windows.map(({ byRole }) => ROLES.reduce((sum, role) => sum + byRole[role].pct, 0));
  const hz = median(windows.map((window) => window.hz));
  const usPerTick = median(windows.map((window, i) => (wholes[i]! * 1e4) / window.hz));
  const target: { target?: Target } =
    maxPct === undefined ? {} : { target: { limit: maxPct, kind: 'at most', of: 'value' } };
  const whole: Row = {
    what: `daemon at ${1000 / intervalMs} Hz (it ran ${digits(hz)})`,
    value: median(wholes),
    unit: '% core',
    remark: `= ${digits(usPerTick)} µs a tick`,
    ...target,
    details: { windowsPct: wholes, windowsHz: windows.map((window) => window.hz) },
  };
  const threads = ROLES.map((role): Row => {
    const uses = windows.map(({ byRole }) => byRole[role]);
    return {
      what: `  ${role}`,
      value: median(uses.map(({ pct }) => pct)),
      unit: '% core',
      remark: `${digits(median(uses.map(({ switchesPerSec }) => switchesPerSec)))} switches/s`,
      details: { windowsPct: uses.map(({ pct }) => pct) },
    };
  });
  return [whole, ...threads];
}
