import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from './options.js';
import { digits, type Row, type Section, type Target } from './report.js';
import { end, output, own } from './support/children.js';
import { findBurner } from './support/lateness-load.js';
import { readThreadTimes, readWakes } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median } from './support/statistics.js';

const DEFAULT_INTERVAL_MS = 50;
/** For a daemon whose cadence is to be measured, and not its governor. */
const NO_BUDGET_PCT = 100;
const REPORT_INTERVAL_SEC = 30;
const COMPILE_MS = 60_000;
const PROGRESS_EVERY_MS = 5_000;
const SAMPLES_MIN: Target = { limit: 19.5, kind: 'at least', of: 'value' };

/** What is compared: `floor` is the C sampler, `wait`, `read`, `hot` and `lean` are what a Node thread takes that does so little at a tick. */
type Program = 'floor' | 'wait' | 'read' | 'hot' | 'lean' | 'daemon';
interface Cadence {
  readonly intervalMs: number;
  readonly programs: readonly Program[];
  /** At most so many times the CPU time of `floor` for each wake-up. */
  readonly maxRatio?: number;
  readonly maxBusyRatio?: number;
}
const FULL_CADENCES: readonly Cadence[] = [
  { intervalMs: 1_000, programs: ['floor', 'daemon'] },
  { intervalMs: 100, programs: ['floor', 'daemon'], maxRatio: 2 },
  {
    intervalMs: DEFAULT_INTERVAL_MS,
    programs: ['floor', 'wait', 'read', 'hot', 'lean', 'daemon'],
    maxRatio: 1.8,
    maxBusyRatio: 2,
  },
  { intervalMs: 10, programs: ['floor', 'daemon'], maxRatio: 1.7 },
  { intervalMs: 1, programs: ['floor', 'daemon'] },
];

interface Effort {
  readonly cadences: readonly Cadence[];
  readonly warmupMs: number;
  readonly rounds: number;
  readonly settleMs: number;
  readonly windowMs: number;
  /** How long after its start the default installation's samples are counted, and for how long. */
  readonly startMs: number;
  readonly countMs: number;
}
const FULL: Effort = {
  cadences: FULL_CADENCES,
  warmupMs: 60_000,
  rounds: 7,
  settleMs: 1_500,
  windowMs: 6_000,
  startMs: 10_000,
  countMs: 60_000,
};
const QUICK: Effort = {
  cadences: FULL_CADENCES.filter(({ maxBusyRatio }) => maxBusyRatio !== undefined),
  warmupMs: 1_000,
  rounds: 1,
  settleMs: 200,
  windowMs: 800,
  startMs: 1_000,
  countMs: 2_000,
};

interface Contestant {
  readonly program: Program;
  readonly intervalMs: number;
  readonly pid: number;
  /** CPU time of the thread that wakes up most for each of its wake-ups, µs. One for each round. */
  readonly wakeUs: number[];
  /** All threads, percent of one core. */
  readonly wholePct: number[];
}

/**
 * What a tick costs at a real cadence, where each wake-up finds cold caches, beside a C program with the same reads: idle, and with every
 * core busy. The programs take turns, the others are stopped meanwhile, and ratios are taken round by round: they survive a noisy machine.
 */
export async function benchCadence({ quick }: BenchOptions): Promise<Section> {
  const effort = quick ? QUICK : FULL;
  const burner = findBurner();
  const folder = mkdtempSync(join(tmpdir(), 'bench-cadence-'));
  const closers: (() => Promise<void>)[] = [async () => rmSync(folder, { recursive: true })];
  const rows: Row[] = [];
  try {
    const floor = join(folder, 'floor');
    await output('cc', ['-O2', '-o', floor, sourceOf('floor.c')], COMPILE_MS);
    const inForce = await startDaemon({}, closers);
    await wait('the default installation starts', effort.startMs);
    rows.push(await countSamples('default settings, idle', inForce, effort.countMs));
    const load = burner.start();
    await wait('every core gets busy', effort.settleMs);
    rows.push(await countSamples('default settings, every core busy', inForce, effort.countMs));
    await load.stop();
    inForce.pause();

    const contestants: Contestant[] = [];
    for (const { intervalMs, programs } of effort.cadences) {
      for (const program of programs) {
        const pid = await startContestant(program, intervalMs, floor, closers);
        contestants.push({ program, intervalMs, pid, wakeUs: [], wholePct: [] });
      }
    }
    await wait('all warm up', effort.warmupMs);
    for (const { pid } of contestants) process.kill(pid, 'SIGSTOP');
    await runRounds('idle', contestants, effort);
    for (const cadence of effort.cadences)
      rows.push(...rowsOf('idle', cadence, cadence.maxRatio, contestants));

    const busy = contestants
      .filter(({ intervalMs }) => intervalMs === DEFAULT_INTERVAL_MS)
      .map((contestant) => ({ ...contestant, wakeUs: [], wholePct: [] }));
    const secondLoad = burner.start();
    await runRounds('busy', busy, effort);
    await secondLoad.stop();
    for (const cadence of effort.cadences)
      if (cadence.maxBusyRatio !== undefined)
        rows.push(...rowsOf('busy', cadence, cadence.maxBusyRatio, busy));
  } finally {
    for (const close of closers.toReversed()) await close();
  }
  return {
    part: 'cadence',
    title: `CPU time of one wake-up of the sampling thread (medians of ${effort.rounds} × ${effort.windowMs / 1000} s)`,
    rows,
    notes: [
      `C: bench/floor/floor.c with the same reads at the same cadence. wait: a Node thread that only sleeps in Atomics.wait; read: it also reads /proc/stat; hot: it runs the daemon’s hot pass; lean: it reads and parses /proc/stat, and reads meminfo at every second tick. Daemons have heartbeats every ${REPORT_INTERVAL_SEC} s and a budget that never binds, but for the default settings, which are counted for ${effort.countMs / 1000} s, ${effort.startMs / 1000} s after the start. One program runs at a time, the others are stopped (SIGSTOP). Busy: ${burner.name}.`,
    ],
    failures: [],
  };
}

/** Compiled to `dist/bench/`, from which the C source is two folders up. */
function sourceOf(name: string): string {
  return fileURLToPath(new URL(`../../bench/floor/${name}`, import.meta.url));
}

async function startContestant(
  program: Program,
  intervalMs: number,
  floor: string,
  closers: (() => Promise<void>)[],
): Promise<number> {
  if (program === 'daemon') {
    const daemon = await startDaemon({ sampleIntervalMs: intervalMs, cpuBudgetPct: NO_BUDGET_PCT }, closers);
    return daemon.pid;
  }
  const script = fileURLToPath(new URL('peers/programs/wait-process.js', import.meta.url));
  const [command, ...args] =
    program === 'floor'
      ? [floor, 'paced', String(intervalMs)]
      : [process.execPath, script, program, String(intervalMs)];
  const child: ChildProcess = spawn(command!, args, { stdio: 'ignore' });
  own(child);
  closers.push(() => end(child));
  return child.pid!;
}

async function startDaemon(
  settings: { readonly sampleIntervalMs?: number; readonly cpuBudgetPct?: number },
  closers: (() => Promise<void>)[],
): Promise<RunningDaemon> {
  const daemon = await RunningDaemon.start({ ...settings, reportIntervalSec: REPORT_INTERVAL_SEC });
  closers.push(() => daemon.stop());
  return daemon;
}

async function countSamples(what: string, daemon: RunningDaemon, ms: number): Promise<Row> {
  const before = await daemon.procLane();
  const startMs = performance.now();
  await wait(what, ms);
  const after = await daemon.procLane();
  const perSec = (1000 * (after.ticks - before.ticks)) / (performance.now() - startMs);
  return {
    what,
    value: perSec,
    unit: 'per s',
    remark: `interval ${after.interval_ms} ms, ${after.missed_ticks - before.missed_ticks} missed`,
    target: SAMPLES_MIN,
  };
}

async function runRounds(load: string, contestants: readonly Contestant[], effort: Effort): Promise<void> {
  for (let round = 1; round <= effort.rounds; round++) {
    for (const { program, intervalMs, pid, wakeUs, wholePct } of contestants) {
      progress(`${load}, round ${round} of ${effort.rounds}: ${program} at ${1000 / intervalMs} Hz`);
      process.kill(pid, 'SIGCONT');
      await delay(effort.settleMs);
      const [wakes, times, startMs] = [readWakes(pid), readThreadTimes(pid), performance.now()];
      await delay(effort.windowMs);
      const [wakesAfter, timesAfter] = [readWakes(pid), readThreadTimes(pid)];
      const elapsedMs = performance.now() - startMs;
      process.kill(pid, 'SIGSTOP');
      const steps = timesAfter.map(({ tid, cpuNs }) => ({
        wakes: (wakesAfter.get(tid) ?? 0) - (wakes.get(tid) ?? 0),
        ns: cpuNs - (times.find((thread) => thread.tid === tid)?.cpuNs ?? 0),
      }));
      const most = steps.reduce((a, b) => (b.wakes > a.wakes ? b : a));
      wakeUs.push(most.ns / 1e3 / most.wakes);
      wholePct.push(steps.reduce((sum, { ns }) => sum + ns, 0) / 1e4 / elapsedMs);
    }
  }
}

function rowsOf(
  load: string,
  { intervalMs, programs }: Cadence,
  maxRatio: number | undefined,
  contestants: readonly Contestant[],
): Row[] {
  const find = (program: Program) =>
    contestants.find((each) => each.program === program && each.intervalMs === intervalMs)!;
  const floor = find('floor');
  return programs.map((program): Row => {
    const { wakeUs, wholePct } = find(program);
    const ratio = median(wakeUs.map((us, round) => us / floor.wakeUs[round]!));
    return {
      what: `${program} at ${1000 / intervalMs} Hz, ${load}: ${digits(median(wholePct))} % of a core`,
      value: median(wakeUs),
      unit: 'µs',
      ...(program === 'floor' ? {} : { ratio: { value: ratio, to: 'C' } }),
      ...(program === 'daemon' && maxRatio !== undefined
        ? { target: { limit: maxRatio, kind: 'at most', of: 'ratio' } }
        : {}),
      details: { wakeUs, wholePct },
    };
  });
}

/** Waits, and says so every few seconds: a long run is never silent. */
async function wait(what: string, ms: number): Promise<void> {
  for (let leftMs = ms; leftMs > 0; leftMs -= PROGRESS_EVERY_MS) {
    progress(`${what}: ${Math.ceil(leftMs / 1000)} s`);
    await delay(Math.min(leftMs, PROGRESS_EVERY_MS));
  }
}

function progress(text: string): void {
  process.stderr.write(`bench: cadence: ${text}\n`);
}
