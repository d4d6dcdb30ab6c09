import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { countBurst } from '../src/shared/burst.js';
import { FRAME_NUMBERS } from '../src/shared/fields.js';
import { createSharedMemory } from '../src/shared/layout.js';
import { rowsFor } from '../src/shared/recorder.js';
import { FakeClock } from '../test/support/fake-clock.js';
import { readFixture } from '../test/support/fixtures.js';
import { Recording } from '../workers/lanes/recording.js';
import { PRESSURE_NUMBERS, parsePressure } from '../workers/proc/pressure.js';
import { CORE_COLUMNS, parseStatCores } from '../workers/proc/stat-cores.js';
import { BurstMinute } from '../workers/rates/burst-minute.js';
import { CoreShares } from '../workers/rates/core-shares.js';
import type { BenchOptions } from './options.js';
import type { Row, Section } from './report.js';
import { type Contestant, type Cost, costRatio, type Effort, measure } from './support/cpu-rounds.js';
import { readMemory } from './support/process-stats.js';
import { RunningDaemon } from './support/running-daemon.js';
import { createProcSampler } from './support/samplers.js';
import { median } from './support/statistics.js';

const INTERVAL_MS = 50;
const HISTORY_SEC = 900;
const PRESSURE_PATHS = ['cpu', 'memory', 'io'].map((name) => `/proc/pressure/${name}`);
const MB = 1e6;

const NAMES = {
  plain: 'tick at 20 Hz, mean, nothing recorded',
  recorded: 'tick at 20 Hz, mean, with the flight recorder',
  append: 'one row of the flight recorder',
  observe: 'one share into the histogram',
  minute: 'the trailing minute, once a second',
  coresHere: 'cores of this host, parsed and compared, once a second',
  cores128: 'cores of a machine with 128 CPUs, parsed and compared, once a second',
  pressureReads: 'bare readSync of the three pressure files',
  pressure: 'pressure, read and parsed, once a second',
} as const;
type Name = keyof typeof NAMES;

/** What bursts, single cores, pressure and the flight recorder take: of CPU time in a hot loop, and of memory in the whole daemon. */
export async function benchBursts({ quick }: BenchOptions, effort: Effort): Promise<Section> {
  const closers: (() => void)[] = [];
  try {
    const costs = await measure(
      [
        ...tickContestants(closers),
        ...partContestants(),
        ...coreContestants(),
        ...pressureContestants(closers),
      ],
      effort,
    );
    return {
      part: 'bursts',
      title: 'Bursts, cores, pressure and the flight recorder, hot loop',
      rows: [...costRows(costs), ...(await memoryRows(quick ? 1 : 5, quick ? 1_000 : 8_000))],
      notes: [
        `The flight recorder: ${HISTORY_SEC} s at ${1_000 / INTERVAL_MS} Hz. Its memory is the difference in RSS of daemons with and without it, in turns.`,
        'What is done once a second takes of one core the 10,000th part of its microseconds, in percent.',
      ],
      failures: [],
    };
  } finally {
    for (const close of closers) close();
  }
}

function costRows(costs: ReadonlyMap<string, Cost>): Row[] {
  const row = (name: Name, to?: { readonly name: Name; readonly text: string }): Row[] => {
    const cost = costs.get(NAMES[name]);
    if (cost === undefined) return [];
    const other = to === undefined ? undefined : costs.get(NAMES[to.name]);
    return [
      {
        what: NAMES[name],
        value: cost.cpuUs,
        unit: 'µs CPU',
        ...(other !== undefined && { ratio: { value: costRatio(cost, other), to: to!.text } }),
        details: { ...cost },
      },
    ];
  };
  return [
    ...row('plain'),
    ...row('recorded', { name: 'plain', text: 'the tick without' }),
    ...row('append', { name: 'plain', text: 'that tick' }),
    ...row('observe', { name: 'plain', text: 'that tick' }),
    ...row('minute', { name: 'plain', text: 'that tick' }),
    ...row('coresHere', { name: 'plain', text: 'that tick' }),
    ...row('cores128', { name: 'plain', text: 'that tick' }),
    ...row('pressureReads'),
    ...row('pressure', { name: 'pressureReads', text: 'its bare reads' }),
  ];
}

function tickContestants(closers: (() => void)[]): Contestant[] {
  const contestant = (name: string, historyRows: number): Contestant => {
    const clock = new FakeClock();
    const sampler = createProcSampler(createSharedMemory(historyRows), clock, INTERVAL_MS);
    closers.push(() => sampler.close());
    sampler.tick(clock.mono, 0);
    return {
      name,
      run: (times) => {
        for (let i = 0; i < times; i++) {
          clock.advance(INTERVAL_MS);
          sampler.tick(clock.mono, 0);
        }
      },
    };
  };
  return [contestant(NAMES.plain, 0), contestant(NAMES.recorded, rowsFor(HISTORY_SEC, INTERVAL_MS))];
}

function partContestants(): Contestant[] {
  const numbers = new Float64Array(FRAME_NUMBERS);
  const recording = new Recording(createSharedMemory(rowsFor(HISTORY_SEC, INTERVAL_MS)));
  const minute = new BurstMinute();
  let nowMs = 0;
  const each = (name: string, stepMs: number, work: () => void): Contestant => ({
    name,
    run: (times) => {
      for (let i = 0; i < times; i++) {
        nowMs += stepMs;
        work();
      }
    },
  });
  return [
    each(NAMES.append, INTERVAL_MS, () => recording.record(numbers, nowMs)),
    each(NAMES.observe, INTERVAL_MS, () => countBurst(numbers, (nowMs / 7) % 100, INTERVAL_MS)),
    each(NAMES.minute, 1_000, () => minute.step(numbers, nowMs)),
  ];
}

function coreContestants(): Contestant[] {
  const contestant = (name: string, file: Buffer): Contestant => {
    const bytes = Buffer.concat([file, Buffer.alloc(64)]);
    const lines = new Float64Array(1_024 * CORE_COLUMNS);
    const shares = new CoreShares();
    return {
      name,
      run: (times) => {
        for (let i = 0; i < times; i++) shares.push(lines, parseStatCores(bytes, file.length, lines));
      },
    };
  };
  return [
    contestant(NAMES.coresHere, readFileSync('/proc/stat')),
    contestant(NAMES.cores128, readFixture('big-128cpu', 'stat')),
  ];
}

/** None where this kernel has no pressure. */
function pressureContestants(closers: (() => void)[]): Contestant[] {
  if (!PRESSURE_PATHS.every((path) => existsSync(path))) return [];
  const fds = PRESSURE_PATHS.map((path) => openSync(path, 'r'));
  for (const fd of fds) closers.push(() => closeSync(fd));
  const bytes = Buffer.allocUnsafeSlow(256);
  const out = new Float64Array(PRESSURE_NUMBERS);
  return [
    {
      name: NAMES.pressureReads,
      run: (times) => {
        for (let i = 0; i < times; i++) for (const fd of fds) readSync(fd, bytes, 0, bytes.length, 0);
      },
    },
    {
      name: NAMES.pressure,
      run: (times) => {
        for (let i = 0; i < times; i++)
          for (const fd of fds) parsePressure(bytes, readSync(fd, bytes, 0, bytes.length, 0), out);
      },
    },
  ];
}

async function memoryRows(rounds: number, settleMs: number): Promise<Row[]> {
  const rss: Record<'with' | 'without', number[]> = { with: [], without: [] };
  for (let round = 0; round < rounds; round++) {
    rss.without.push(await rssOf(0, settleMs));
    rss.with.push(await rssOf(HISTORY_SEC, settleMs));
  }
  const value = (median(rss.with) - median(rss.without)) / MB;
  const madeBytes =
    createSharedMemory(rowsFor(HISTORY_SEC, INTERVAL_MS)).byteLength - createSharedMemory().byteLength;
  return [
    {
      what: 'memory of the flight recorder, by its rows',
      value: madeBytes / MB,
      unit: 'MB',
    },
    {
      what: `  RSS of the daemon with it, above one without (median of ${rounds})`,
      value,
      unit: 'MB',
      details: {
        withMB: rss.with.map((bytes) => bytes / MB),
        withoutMB: rss.without.map((bytes) => bytes / MB),
      },
    },
  ];
}

/** The resident memory of a daemon that has run for some seconds. */
async function rssOf(historySec: number, settleMs: number): Promise<number> {
  const daemon = await RunningDaemon.start({
    sampleIntervalMs: INTERVAL_MS,
    reportIntervalSec: 30,
    historySec,
  });
  try {
    await delay(settleMs);
    return readMemory(daemon.pid).rss;
  } finally {
    await daemon.stop();
  }
}
