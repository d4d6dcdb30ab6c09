import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import type { Row, Section } from './report.js';
import { type Memory, readMemory } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median, slope } from './support/statistics.js';

const SAMPLE_INTERVAL_MS = 50;
const REPORT_INTERVAL_SEC = 30;
const MB = 1e6;
const RSS_MAX_MB = 90;
/** Until then code is compiled and pages are touched for the first time. */
const SETTLE_MINUTES = 2;
/** Below this over the rest of the time, growth can't be told from none: the kernel counts resident pages in batches. */
const GROWTH_MAX_MB = 0.5;
/** The figure at the end is the median of so many samples. */
const LAST_SAMPLES = 5;

/** The resident memory of the whole daemon at its default cadence, with heartbeats on and nobody asking. */
export async function benchMemory({ soakMinutes }: BenchOptions): Promise<Section> {
  const sampleMs = Math.min(5_000, (soakMinutes * 60_000) / 12);
  const daemon = await RunningDaemon.start({
    sampleIntervalMs: SAMPLE_INTERVAL_MS,
    reportIntervalSec: REPORT_INTERVAL_SEC,
  });
  const samples: (Memory & { readonly minutes: number })[] = [];
  const startMs = performance.now();
  try {
    for (;;) {
      await delay(sampleMs);
      const minutes = (performance.now() - startMs) / 60_000;
      samples.push({ minutes, ...readMemory(daemon.pid) });
      if (minutes >= soakMinutes) break;
    }
    if (soakMinutes * 60 > REPORT_INTERVAL_SEC + 10 && daemon.heartbeats === 0)
      throw new Error('no heartbeat was accepted meanwhile');
  } finally {
    await daemon.stop();
  }
  return {
    part: 'memory',
    title: `The whole daemon’s memory at ${1000 / SAMPLE_INTERVAL_MS} Hz, heartbeats on, nobody asking`,
    rows: rowsOf(samples),
    notes: [
      `PSS counts pages that several processes share, as the node binary’s, for each its part. MB = 10^6 bytes.`,
    ],
    failures: [],
  };
}

function rowsOf(samples: readonly (Memory & { readonly minutes: number })[]): Row[] {
  const last = samples.slice(-LAST_SAMPLES);
  const minutes = samples.at(-1)!.minutes;
  const after = `after ${minutes.toFixed(1)} min`;
  const value = (kind: keyof Memory): number => median(last.map((sample) => sample[kind])) / MB;
  const series = (kind: keyof Memory): number[] => samples.map((sample) => sample[kind] / MB);
  const rows: Row[] = [
    {
      what: `RSS ${after}`,
      value: value('rss'),
      unit: 'MB',
      target: { limit: RSS_MAX_MB, kind: 'at most', of: 'value' },
      details: { atMinutes: samples.map((sample) => sample.minutes), rssMB: series('rss') },
    },
    { what: `PSS ${after}`, value: value('pss'), unit: 'MB', details: { pssMB: series('pss') } },
    {
      what: `  of it private (heaps, stacks, malloc)`,
      value: value('anonymous'),
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
