import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import type { Row, Section } from './report.js';
import { DearProcfs, HELD_MEBIBYTES } from './support/dear-procfs.js';
import { readThreadTimes, threadRoles } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median } from './support/statistics.js';

const ASKED_INTERVAL_MS = 1;
const BUDGET_PCT = 0.5;
const SETTINGS = {
  sampleIntervalMs: ASKED_INTERVAL_MS,
  reportIntervalSec: 30,
  cpuBudgetPct: BUDGET_PCT,
};
const LOOK_EVERY_MS = 500;
/** It has come back when its interval is at most so many times what it was on the same host before. */
const BACK_MAX = 1.5;

interface Durations {
  readonly settleMs: number;
  readonly windowMs: number;
  /** How long it may take to come back. */
  readonly backMs: number;
}
const FULL: Durations = { settleMs: 45_000, windowMs: 60_000, backMs: 180_000 };
const QUICK: Durations = { settleMs: 2_000, windowMs: 2_000, backMs: 2_000 };

/** What the daemon kept to for a while. */
interface Behaviour {
  readonly intervalsMs: readonly number[];
  /** What both lanes' threads took, by the kernel's account. */
  readonly samplerPct: number;
}

/** The daemon asked for far more than its budget allows: what it settles at, on this host and on one whose files are dear to read. */
export async function benchGovernor({ quick }: BenchOptions): Promise<Section> {
  const { settleMs, windowMs, backMs } = quick ? QUICK : FULL;
  const procfs = await DearProcfs.make();
  const daemons: RunningDaemon[] = [];
  const start = async (where: { readonly procfs?: string }): Promise<RunningDaemon> => {
    const daemon = await RunningDaemon.start({ ...SETTINGS, ...where });
    daemons.push(daemon);
    return daemon;
  };
  try {
    const readCostMs = procfs.readCostMs();
    const host = await start({});
    const other = await start({ procfs: procfs.path });
    await delay(settleMs);
    // At once: neither takes so much that the other would feel it.
    const [plain, dear] = await Promise.all([observe(host, windowMs), observe(other, windowMs)]);
    const intervalMs = median(plain.intervalsMs);
    await procfs.makeCheap();
    const backAfterMs = await timeUntil(other, BACK_MAX * intervalMs, backMs);
    const cheap = await observe(other, windowMs);
    return {
      part: 'governor',
      title: `Asked for ${1000 / ASKED_INTERVAL_MS} Hz with a budget of ${BUDGET_PCT} % of a core for the sampler`,
      rows: [
        ...rowsOf('this host', plain),
        ...rowsOf(`meminfo at ${readCostMs.toFixed(1)} ms a read`, dear, intervalMs),
        {
          what: 'cheap again: back after',
          value: backAfterMs / 1000,
          unit: 's',
          remark: backAfterMs < backMs ? `at ${BACK_MAX} × the first` : 'not back by then',
        },
        ...rowsOf('  from then on', cheap, intervalMs, BACK_MAX),
      ],
      notes: [
        `The interval is the median of what /health told every ${LOOK_EVERY_MS / 1000} s for ${windowMs / 1000} s, ${settleMs / 1000} s after the start; the sampler’s share is by the schedstat of both lanes’ threads over the same time. Dear: meminfo is a link to the smaps_rollup of a process with ${HELD_MEBIBYTES} MiB, then to the real one.`,
      ],
      failures: [],
    };
  } finally {
    for (const daemon of daemons) await daemon.stop();
    await procfs.remove();
  }
}

/** How long it takes until the interval is at most `limitMs`; `timeoutMs` if it takes longer. */
async function timeUntil(daemon: RunningDaemon, limitMs: number, timeoutMs: number): Promise<number> {
  const startMs = performance.now();
  for (;;) {
    const passedMs = performance.now() - startMs;
    if (passedMs >= timeoutMs) return timeoutMs;
    if ((await daemon.procLane()).interval_ms <= limitMs) return passedMs;
    await delay(LOOK_EVERY_MS);
  }
}

async function observe(daemon: RunningDaemon, windowMs: number): Promise<Behaviour> {
  const intervalsMs: number[] = [];
  const before = readThreadTimes(daemon.pid);
  const startMs = performance.now();
  while (performance.now() - startMs < windowMs) {
    intervalsMs.push((await daemon.procLane()).interval_ms);
    await delay(LOOK_EVERY_MS);
  }
  const after = readThreadTimes(daemon.pid);
  const elapsedMs = performance.now() - startMs;
  const roleOf = threadRoles(daemon.pid, before, after);
  const lanes = after.filter((thread) => ['proc lane', 'disk lane'].includes(roleOf(thread)));
  const usedNs = lanes.reduce(
    (sum, { tid, cpuNs }) => sum + cpuNs - (before.find((thread) => thread.tid === tid)?.cpuNs ?? 0),
    0,
  );
  return { intervalsMs, samplerPct: usedNs / 1e4 / elapsedMs };
}

function rowsOf(where: string, { intervalsMs, samplerPct }: Behaviour, first?: number, max?: number): Row[] {
  const interval = median(intervalsMs);
  const changes = intervalsMs.filter((ms, i) => i > 0 && ms !== intervalsMs[i - 1]).length;
  return [
    {
      what: `${where}: interval`,
      value: interval,
      unit: 'ms',
      ...(first === undefined ? {} : { ratio: { value: interval / first, to: 'the first' } }),
      ...(max === undefined ? {} : { target: { limit: max, kind: 'at most', of: 'ratio' } }),
      details: { intervalsMs },
    },
    {
      what: '  the sampler',
      value: samplerPct,
      unit: '% core',
      remark: `${changes} changes of interval`,
      target: { limit: BUDGET_PCT, kind: 'at most', of: 'value' },
    },
  ];
}
