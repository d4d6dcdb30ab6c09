import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import type { Row, Section } from './report.js';
import { findGenerator, type Generator } from './support/load.js';
import { type MemoryParts, readMemoryParts } from './support/memory-parts.js';
import { type ReferenceMemory, readReferenceMemory } from './support/memory-reference.js';
import { type Memory, readMemory } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median, slope } from './support/statistics.js';

const SAMPLE_INTERVAL_MS = 50;
const REPORT_INTERVAL_SEC = 30;
const MB = 1e6;
const MEBIBYTE = 1_048_576;
const RSS_MAX_MB = 64;
/** Until then code is compiled and pages are touched for the first time. */
const SETTLE_MINUTES = 2;
/** Below this over the rest of the time, growth can't be told from none: the kernel counts resident pages in batches. */
const GROWTH_MAX_MB = 0.5;
/** The figure at the end is the median of so many samples. */
const LAST_SAMPLES = 5;

interface Sample extends Memory {
  readonly minutes: number;
}

/** What was read of the daemon. */
interface Readings {
  readonly idle: readonly Sample[];
  readonly parts: MemoryParts;
  /** Under load, and so long after it. */
  readonly loaded: { readonly end: Memory; readonly after: Memory; readonly requestsPerSec: number };
}

/**
 * The resident memory of the whole daemon at its default cadence, with heartbeats on: while nobody asks, and after a load; what it
 * consists of, and what each thread is to blame for.
 */
export async function benchMemory({ soakMinutes, quick }: BenchOptions): Promise<Section> {
  const generator = findGenerator();
  const loadSeconds = quick ? 2 : 60;
  const restSeconds = quick ? 2 : 15;
  const readings = await readDaemon(soakMinutes, generator, { loadSeconds, restSeconds });
  const reference = await readReferenceMemory(quick ? 4 : 60, SAMPLE_INTERVAL_MS);
  return {
    part: 'memory',
    title: `The whole daemon’s memory at ${1000 / SAMPLE_INTERVAL_MS} Hz, heartbeats on`,
    rows: [
      ...idleRows(readings.idle),
      ...loadRows(readings, `${loadSeconds} s of ${generator.name}`, restSeconds),
      ...partRows(readings.parts),
      ...threadRows(median(lastOf(readings.idle).map(({ rss }) => rss)), reference),
    ],
    notes: [
      'PSS counts pages that several processes share, as the node binary’s, for each its part. MB = 10^6 bytes.',
      'Thread by thread is what RSS gets less without it: Node alone and with three empty threads, and the daemon without heartbeats, each run by the daemon’s first line.',
    ],
    failures: [],
  };
}

async function readDaemon(
  soakMinutes: number,
  generator: Generator,
  { loadSeconds, restSeconds }: { loadSeconds: number; restSeconds: number },
): Promise<Readings> {
  const sampleMs = Math.min(5_000, (soakMinutes * 60_000) / 12);
  const daemon = await RunningDaemon.start({
    sampleIntervalMs: SAMPLE_INTERVAL_MS,
    reportIntervalSec: REPORT_INTERVAL_SEC,
  });
  try {
    const idle: Sample[] = [];
    const startMs = performance.now();
    for (let minutes = 0; minutes < soakMinutes; ) {
      await delay(sampleMs);
      minutes = (performance.now() - startMs) / 60_000;
      idle.push({ minutes, ...readMemory(daemon.pid) });
    }
    if (soakMinutes * 60 > REPORT_INTERVAL_SEC + 10 && daemon.heartbeats === 0)
      throw new Error('no heartbeat was accepted meanwhile');
    const parts = readMemoryParts(daemon.pid);
    const { requestsPerSec } = await generator.run(`${daemon.address}/telemetry`, loadSeconds);
    const end = readMemory(daemon.pid);
    await delay(restSeconds * 1000);
    return { idle, parts, loaded: { end, after: readMemory(daemon.pid), requestsPerSec } };
  } finally {
    await daemon.stop();
  }
}

function lastOf(samples: readonly Sample[]): readonly Sample[] {
  return samples.slice(-LAST_SAMPLES);
}

function rssRow(what: string, rss: number, details: Row['details'] = {}): Row {
  return {
    what,
    value: rss / MB,
    unit: 'MB',
    remark: `${(rss / MEBIBYTE).toFixed(1)} MiB`,
    target: { limit: RSS_MAX_MB, kind: 'at most', of: 'value' },
    details,
  };
}

function idleRows(samples: readonly Sample[]): Row[] {
  const minutes = samples.at(-1)!.minutes;
  const after = `after ${minutes.toFixed(1)} min`;
  const value = (kind: keyof Memory): number => median(lastOf(samples).map((sample) => sample[kind]));
  const series = (kind: keyof Memory): number[] => samples.map((sample) => sample[kind] / MB);
  const rows: Row[] = [
    rssRow(`RSS ${after}, nobody asking`, value('rss'), {
      atMinutes: samples.map((sample) => sample.minutes),
      rssMB: series('rss'),
    }),
    { what: `PSS ${after}`, value: value('pss') / MB, unit: 'MB', details: { pssMB: series('pss') } },
    {
      what: '  of it private (heaps, stacks, malloc)',
      value: value('anonymous') / MB,
      unit: 'MB',
      details: { anonymousMB: series('anonymous') },
    },
  ];
  const settled = samples.filter((sample) => sample.minutes >= SETTLE_MINUTES);
  if (settled.length < 2) return rows;
  const perMinute = slope(settled.map((sample) => ({ x: sample.minutes, y: sample.rss / MB })));
  rows.push({
    what: `RSS growth, minute ${SETTLE_MINUTES} to ${minutes.toFixed(1)}`,
    value: perMinute * (minutes - settled[0]!.minutes),
    unit: 'MB',
    target: { limit: GROWTH_MAX_MB, kind: 'at most', of: 'value' },
    details: { slopeMBPerMinute: perMinute },
  });
  return rows;
}

function loadRows({ loaded }: Readings, load: string, restSeconds: number): Row[] {
  return [
    { what: `RSS under load`, value: loaded.end.rss / MB, unit: 'MB', remark: load },
    rssRow(`RSS ${restSeconds} s after that load`, loaded.after.rss, {
      requestsPerSec: loaded.requestsPerSec,
    }),
  ];
}

function partRows(parts: MemoryParts): Row[] {
  const row = (what: string, bytes: number): Row => ({ what: `  ${what}`, value: bytes / MB, unit: 'MB' });
  return [
    row('of the RSS: pages of the node binary', parts.nodeFile),
    row('pages of other files', parts.otherFiles),
    row('malloc (program break)', parts.heap),
    row('V8 heaps, code, stacks, other malloc', parts.v8AndStacks),
  ];
}

function threadRows(rss: number, { bareNode, threeThreads, noHeartbeats }: ReferenceMemory): Row[] {
  const emptyThread = (threeThreads - bareNode) / 3;
  const row = (what: string, bytes: number): Row => ({ what: `  ${what}`, value: bytes / MB, unit: 'MB' });
  return [
    row('of the RSS: Node alone', bareNode),
    row('two empty threads, for the lanes', 2 * emptyThread),
    row('main thread’s and lanes’ own', noHeartbeats - bareNode - 2 * emptyThread),
    row('heartbeat thread', rss - noHeartbeats),
  ];
}
