import { setTimeout as delay } from 'node:timers/promises';
import type { BenchOptions } from './options.js';
import type { Section } from './report.js';
import { readThreadTimes } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { median } from './support/statistics.js';

/** As Prometheus asks, and as one does who knows no better. */
const ACCEPTS = {
  OpenMetrics: 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
  'classic text': '*/*',
} as const;
const SETTLE_MS = 1_600;
const IN_A_ROW = 100;
const PACED = 10;
const PACE_MS = 100;

/** One way to ask, and what came of it, round by round. */
interface Way {
  readonly what: string;
  readonly path: string;
  readonly accept: string;
  readonly count: number;
  /** Between two requests. */
  readonly paceMs: number;
  readonly us: number[];
}

/** The CPU time that the daemon takes to answer one scrape, above what it takes anyway; beside `/health`, which tells about as much. */
export async function benchScrape({ quick }: BenchOptions): Promise<Section> {
  const rounds = quick ? 2 : 15;
  const daemon = await RunningDaemon.start({ sampleIntervalMs: 50, reportIntervalSec: 30 });
  const way = (what: string, path: string, accept: string, isPaced: boolean): Way => ({
    what: `${what}, ${isPaced ? 'ten a second' : `${IN_A_ROW} in a row`}`,
    path,
    accept,
    count: isPaced ? PACED : IN_A_ROW,
    paceMs: isPaced ? PACE_MS : 0,
    us: [],
  });
  const ways = [false, true].flatMap((isPaced) => [
    ...Object.entries(ACCEPTS).map(([format, accept]) =>
      way(`/metrics, ${format}`, '/metrics', accept, isPaced),
    ),
    way('/health', '/health', '*/*', isPaced),
  ]);
  try {
    await delay(SETTLE_MS);
    const { byteLength } = await ask(daemon, '/metrics', '*/*');
    for (const each of ways) await ask(daemon, each.path, each.accept);
    for (let round = 0; round < rounds; round++) {
      for (let turn = 0; turn < ways.length; turn++)
        await measure(daemon, ways[(round + turn) % ways.length]!);
    }
    return {
      part: 'scrape',
      title: `One scrape of /metrics, ${byteLength} bytes (median of ${rounds} rounds)`,
      rows: ways.map(({ what, us }) => ({
        what,
        value: median(us),
        unit: 'µs CPU',
        details: { rounds: us },
      })),
      notes: ['CPU time of the main thread, less what it takes in as long a time in which nobody asks.'],
      failures: [],
    };
  } finally {
    await daemon.stop();
  }
}

async function measure(daemon: RunningDaemon, { path, accept, count, paceMs, us }: Way): Promise<void> {
  const startNs = readMainNs(daemon.pid);
  const startMs = performance.now();
  for (let i = 0; i < count; i++) {
    await ask(daemon, path, accept);
    if (paceMs > 0) await delay(paceMs);
  }
  const elapsedMs = performance.now() - startMs;
  const askedNs = readMainNs(daemon.pid) - startNs;
  const idleStartNs = readMainNs(daemon.pid);
  await delay(elapsedMs);
  us.push((askedNs - (readMainNs(daemon.pid) - idleStartNs)) / count / 1_000);
}

/** The main thread answers; the lanes' own time, which is none of it, moves by more than a scrape takes. */
function readMainNs(pid: number): number {
  return readThreadTimes(pid)[0]!.cpuNs;
}

async function ask(daemon: RunningDaemon, path: string, accept: string): Promise<ArrayBuffer> {
  const answer = await fetch(`${daemon.address}${path}`, { headers: { accept } });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}`);
  return answer.arrayBuffer();
}
