import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import { digits, type Row, type Section } from './report.js';
import { GC_KINDS, type GcAccount, type GcKind, type GcReport, takeAccount } from './support/gc-account.js';
import { RunningDaemon } from './support/running-daemon.js';

const REPORT_INTERVAL_SEC = 30;
const ALL_OF_A_CORE_PCT = 100;
/** So often the heap is looked at between ticks. */
const SAMPLES = 600;
/**
 * A heap in which ticks keep something grows by 8 bytes a tick at least. Half of that is flat: the used heap moves in steps of some 30 kB
 * whatever happens, since V8 hands out old space in such pieces and compiles what has become hot.
 */
const KEPT_BYTES_PER_TICK_MAX = 2;
/** Over less, growth can't be told from what V8 still does to code that is new. */
const GROWTH_MINUTES_MIN = 5;
/** The lane is at its cadence when it ran so much of its ticks. */
const CADENCE_MIN = 0.9;

const NAMES: Readonly<Record<GcKind, string>> = {
  major: 'major collections',
  minor: 'minor collections',
  incremental: 'incremental marking',
  weakcb: 'weak callbacks',
  other: 'other collections',
};

/** What garbage collection does in the proc lane's thread of the real daemon. */
export async function benchGc({ quick, gcMinutes }: BenchOptions): Promise<Section> {
  const intervalMs = quick ? 1 : 10;
  const warmupMs = quick ? 2_000 : 60_000;
  const windowMs = gcMinutes * 60_000;
  const hz = 1000 / intervalMs;
  const report = await watchLane(intervalMs, warmupMs + windowMs);
  const account = takeAccount(report, windowMs);
  const expectedTicks = account.seconds * hz;
  const failures =
    account.ticks < CADENCE_MIN * expectedTicks
      ? [`at ${hz} Hz: the lane ran ${account.ticks} of ${Math.round(expectedTicks)} ticks`]
      : [];
  return {
    part: 'gc',
    title: `Garbage in the proc lane at ${hz} Hz, ${gcMinutes} min after ${warmupMs / 1000} s (${account.ticks} ticks)`,
    rows: rowsOf(account, gcMinutes, hz),
    notes: [
      `From PerformanceObserver('gc') in the lane’s own thread; v8.GCProfiler counted the same. The heap is what is used ${account.heapIs}; the probe itself adds a few bytes a tick. Flat: less than a quarter of what it would be if each tick kept 8 bytes.`,
    ],
    failures,
  };
}

/** Runs the daemon for so long, and returns what the probe in its proc lane saw. */
async function watchLane(intervalMs: number, forMs: number): Promise<GcReport> {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-bench-gc-'));
  try {
    const path = join(folder, 'report.json');
    const probe = new URL('support/gc-preload.js', import.meta.url);
    probe.searchParams.set('report', path);
    probe.searchParams.set('every', String(Math.ceil(forMs / intervalMs / SAMPLES)));
    const daemon = await RunningDaemon.start({
      sampleIntervalMs: intervalMs,
      reportIntervalSec: REPORT_INTERVAL_SEC,
      cpuBudgetPct: ALL_OF_A_CORE_PCT,
      nodeArgs: ['--import', probe.href],
    });
    try {
      await delay(forMs);
    } finally {
      await daemon.stop();
    }
    return JSON.parse(readFileSync(path, 'utf8')) as GcReport;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function rowsOf(account: GcAccount, minutes: number, hz: number): Row[] {
  const { byKind, heap, growthBytesPerMinute } = account;
  const collections = GC_KINDS.filter((kind) => kind !== 'other' || byKind.other.count > 0).map(
    (kind): Row => {
      const { count, totalMs, longestMs } = byKind[kind];
      return {
        what: NAMES[kind],
        value: count,
        unit: '',
        remark: count === 0 ? '' : `${digits(totalMs)} ms, at most ${digits(longestMs)}`,
        ...(kind === 'major' ? { target: { limit: 0, kind: 'at most', of: 'value' } } : {}),
        details: { totalMs, longestMs },
      };
    },
  );
  const heapAt = (when: string, index: number): Row => ({
    what: `heap used, ${when}`,
    value: heap[index]!.usedBytes / 1e6,
    unit: 'MB',
    remark: `minute ${heap[index]!.minutes.toFixed(1)}`,
  });
  const growth: Row = {
    what: 'heap growth',
    value: growthBytesPerMinute / 1000,
    unit: 'kB/min',
    target: { limit: (KEPT_BYTES_PER_TICK_MAX * 60 * hz) / 1000, kind: 'at most', of: 'value' },
    details: {
      atMinutes: heap.map((point) => point.minutes),
      usedBytes: heap.map((point) => point.usedBytes),
    },
  };
  return [
    ...collections,
    { what: 'allocated a tick', value: account.allocatedBytesPerTick, unit: 'bytes' },
    heapAt('first', 0),
    heapAt('in the middle', heap.length >> 1),
    heapAt('last', heap.length - 1),
    ...(minutes >= GROWTH_MINUTES_MIN ? [growth] : []),
  ];
}
