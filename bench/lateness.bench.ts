import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { BenchOptions } from './options.js';
import { digits, type Row, type Section } from './report.js';
import { output } from './support/children.js';
import { findBurner } from './support/lateness-load.js';
import { percentile } from './support/statistics.js';

/** Who ticks: the proc lane with all its work, its ticker with none, Node's timer with none. */
export type TickKind = 'lane' | 'empty' | 'setInterval';

/** How late ticks were. */
export interface Lateness {
  readonly latenessMs: readonly number[];
  /** Ticks that were left out. */
  readonly missed: number;
}

const NAMES: Readonly<Record<TickKind, string>> = {
  lane: 'the proc lane',
  empty: '  its ticker, no work',
  setInterval: '  setInterval, no work',
};
const KINDS = Object.keys(NAMES) as readonly TickKind[];
const LOADS = ['idle', 'busy'] as const;
type Load = (typeof LOADS)[number];

/** Slow ticks take longer to come by. */
const CADENCES: readonly { intervalMs: number; windowMs: number }[] = [
  { intervalMs: 50, windowMs: 6_000 },
  { intervalMs: 10, windowMs: 3_000 },
  { intervalMs: 1, windowMs: 3_000 },
];
/** The lane warms its code up for six seconds. */
const FULL = { rounds: 2, warmupMs: 7_000, shortened: 1 };
const QUICK = { rounds: 1, warmupMs: 200, shortened: 20 };
/** stress-ng takes a moment to start its processes. */
const BURNER_START_MS = 1_000;
/** A process that takes so much longer than it was asked to hangs. */
const GRACE_MS = 30_000;

/** How late ticks begin, with nothing else to do and with every core busy. */
export async function benchLateness({ quick }: BenchOptions): Promise<Section> {
  const { rounds, warmupMs, shortened } = quick ? QUICK : FULL;
  const burner = findBurner();
  const cells = new Map<string, Lateness>();
  for (let round = 0; round < rounds; round++) {
    for (const load of LOADS) {
      const busy = load === 'busy' ? burner.start() : null;
      if (busy !== null) await delay(BURNER_START_MS);
      for (const { intervalMs, windowMs } of CADENCES) {
        for (const kind of KINDS) {
          const key = cellKey(load, intervalMs, kind);
          const found = await runTicker(kind, intervalMs, warmupMs, windowMs / shortened);
          cells.set(key, together(cells.get(key), found));
        }
      }
      await busy?.stop();
    }
  }
  return {
    part: 'lateness',
    title: 'Lateness of ticks: p50, and p99 / max / share of ticks missed',
    rows: LOADS.flatMap((load) =>
      CADENCES.flatMap(({ intervalMs }) =>
        KINDS.map((kind) => rowOf(load, intervalMs, kind, cells.get(cellKey(load, intervalMs, kind))!)),
      ),
    ),
    notes: [
      `Each in a process of its own, ${rounds} × ${CADENCES.map(({ windowMs }) => windowMs / shortened / 1000).join(', ')} s in turn. From a tick’s deadline to the start of its work; setInterval knows no deadline, and is late by what passes beyond its interval since the call before. The lane has its timer slack taken away, the others have the kernel’s 50 µs. Busy: ${burner.name}, at the same priority.`,
    ],
    failures: [],
  };
}

function cellKey(load: Load, intervalMs: number, kind: TickKind): string {
  return `${load} ${intervalMs} ${kind}`;
}

async function runTicker(
  kind: TickKind,
  intervalMs: number,
  warmupMs: number,
  windowMs: number,
): Promise<Lateness> {
  const script = fileURLToPath(new URL('support/lateness-process.js', import.meta.url));
  const args = [script, kind, ...[intervalMs, warmupMs, windowMs].map(String)];
  return JSON.parse(await output(process.execPath, args, warmupMs + windowMs + GRACE_MS)) as Lateness;
}

function together(before: Lateness | undefined, now: Lateness): Lateness {
  if (before === undefined) return now;
  return {
    latenessMs: [...before.latenessMs, ...now.latenessMs],
    missed: before.missed + now.missed,
  };
}

function rowOf(load: Load, intervalMs: number, kind: TickKind, { latenessMs, missed }: Lateness): Row {
  const us = (share: number): number => 1000 * percentile(latenessMs, share);
  const missedPct = (100 * missed) / (missed + latenessMs.length);
  return {
    what: kind === 'lane' ? `${1000 / intervalMs} Hz, ${load}: ${NAMES[kind]}` : `  ${NAMES[kind]}`,
    value: us(0.5),
    unit: 'µs',
    remark: `${digits(us(0.99))} / ${digits(us(1))} / ${digits(missedPct)} %`,
    details: { p50Us: us(0.5), p99Us: us(0.99), maxUs: us(1), missedPct, ticks: latenessMs.length },
  };
}
