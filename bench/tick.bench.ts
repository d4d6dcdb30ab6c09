import { closeSync, openSync, readSync, statfsSync } from 'node:fs';
import os from 'node:os';
import si from 'systeminformation';
import { createSharedMemory } from '../src/shared/layout.js';
import { FakeClock } from '../test/support/fake-clock.js';
import { DiskSampler } from '../workers/lanes/disk-lane.js';
import { ProcSampler } from '../workers/lanes/proc-sampler.js';
import type { Row, Section } from './report.js';
import { type Contestant, type Cost, type Effort, measure } from './support/cpu-rounds.js';

/** What a tick reads when everything is due, with the sampler's buffer sizes. The last is the lane's account of itself. */
const READS = [
  { path: '/proc/stat', capacity: 1_024 },
  { path: '/proc/meminfo', capacity: 8_192 },
  { path: '/proc/loadavg', capacity: 256 },
  { path: '/proc/uptime', capacity: 256 },
  { path: '/proc/thread-self/schedstat', capacity: 64 },
] as const;

/** systeminformation starts a process and takes tens of milliseconds. */
const PEER_BATCH = 6;
const EVERYTHING_DUE_MS = 1_000;
const INTERVAL_MS = 50;
const TICK_TO_READS_MAX = 2;
const PEER_TO_TICK_MIN = 500;

const NAMES = {
  fullTick: 'tick, every file due',
  cpuTick: 'tick, CPU only (9 of 10 at 100 Hz)',
  ticksAt20Hz: 'tick, mean at 20 Hz (20 in turn)',
  diskTick: 'disk lane tick (statfs, publish)',
  fullReads: 'bare readSync of its five files',
  cpuReads: 'bare readSync of /proc/stat',
  statfs: 'bare statfsSync',
  os: 'node:os and statfs, the same set',
  peer: 'systeminformation, the same set',
} as const;

/** Whole ticks of both lanes, beside the bare reads that they contain and what one would call in their place. */
export async function benchTick(effort: Effort): Promise<Section> {
  const closers: (() => void)[] = [];
  try {
    const costs = await measure(
      [...tickContestants(closers), ...readContestants(closers), ...peerContestants()],
      effort,
    );
    return {
      part: 'tick',
      title: 'A whole tick (read, parse, rates, render, publish), hot loop',
      rows: rowsOf(costs),
      notes: [
        'systeminformation: currentLoad + mem + fsSize at once; the CPU time of the df that it starts is counted (cutime). Its ratio is to both lanes’ ticks together, which tell more.',
      ],
      failures: [],
    };
  } finally {
    for (const close of closers) close();
  }
}

function rowsOf(costs: ReadonlyMap<string, Cost>): Row[] {
  const cost = (name: keyof typeof NAMES): number => costs.get(NAMES[name])!.cpuUs;
  const bothLanes = cost('fullTick') + cost('diskTick');
  const row = (name: keyof typeof NAMES, more: Partial<Row> = {}): Row => ({
    what: NAMES[name],
    value: cost(name),
    unit: 'µs CPU',
    details: { ...costs.get(NAMES[name])! },
    ...more,
  });
  const toReads = { limit: TICK_TO_READS_MAX, kind: 'at most', of: 'ratio' } as const;
  return [
    row('fullReads'),
    row('fullTick', {
      ratio: { value: cost('fullTick') / cost('fullReads'), to: 'its bare reads' },
      target: toReads,
    }),
    row('cpuReads'),
    row('cpuTick', {
      ratio: { value: cost('cpuTick') / cost('cpuReads'), to: 'its bare read' },
      target: toReads,
    }),
    row('ticksAt20Hz', { ratio: { value: cost('ticksAt20Hz') / cost('fullTick'), to: 'the full tick' } }),
    row('statfs'),
    row('diskTick', { ratio: { value: cost('diskTick') / cost('statfs'), to: 'its statfs' } }),
    row('os', { ratio: { value: cost('os') / bothLanes, to: 'both lanes’ ticks' } }),
    row('peer', {
      ratio: { value: cost('peer') / bothLanes, to: 'both lanes’ ticks' },
      target: { limit: PEER_TO_TICK_MIN, kind: 'at least', of: 'ratio' },
    }),
  ];
}

function tickContestants(closers: (() => void)[]): Contestant[] {
  const contestant = (name: string, clockStepMs: number, deadlineStepMs: number): Contestant => {
    const clock = new FakeClock();
    const { proc, disk } = createSamplers(clock, clockStepMs);
    closers.push(
      () => proc.close(),
      () => disk.close(),
    );
    // There is a disk frame, as there always is after the first milliseconds.
    disk.tick(clock.mono, 0);
    let deadlineMs = clock.mono;
    proc.tick(deadlineMs, 0);
    return {
      name,
      run: (times) => {
        for (let i = 0; i < times; i++) {
          clock.advance(clockStepMs);
          deadlineMs += deadlineStepMs;
          proc.tick(deadlineMs, 0);
        }
      },
    };
  };
  const clock = new FakeClock();
  const { proc, disk } = createSamplers(clock, INTERVAL_MS);
  closers.push(
    () => proc.close(),
    () => disk.close(),
  );
  // nginx is looked for at the first deadline, and is not due again as long as it stays there.
  const diskDeadlineMs = clock.mono;
  disk.tick(diskDeadlineMs, 0);
  return [
    contestant(NAMES.fullTick, EVERYTHING_DUE_MS, EVERYTHING_DUE_MS),
    contestant(NAMES.cpuTick, INTERVAL_MS, 0),
    contestant(NAMES.ticksAt20Hz, INTERVAL_MS, INTERVAL_MS),
    {
      name: NAMES.diskTick,
      run: (times) => {
        for (let i = 0; i < times; i++) disk.tick(diskDeadlineMs, 0);
      },
    },
  ];
}

function createSamplers(clock: FakeClock, intervalMs: number): { proc: ProcSampler; disk: DiskSampler } {
  const shared = createSharedMemory();
  return {
    proc: new ProcSampler({
      shared,
      identifier: os.hostname(),
      procfs: '/proc',
      intervalMs,
      cpuWindowMs: 1_000,
      diskStaleAfterMs: Number.POSITIVE_INFINITY,
      nginxStaleAfterMs: Number.POSITIVE_INFINITY,
      clock,
    }),
    disk: new DiskSampler(
      {
        lane: 'disk',
        generation: 1,
        shared,
        diskPath: '/',
        rootfs: '/',
        diskIntervalMs: 5_000,
        nginxIntervalMs: 60_000,
        searchPath: '',
      },
      clock,
    ),
  };
}

function readContestants(closers: (() => void)[]): Contestant[] {
  const files = READS.map(({ path, capacity }) => {
    const fd = openSync(path, 'r');
    closers.push(() => closeSync(fd));
    return { fd, buffer: Buffer.allocUnsafeSlow(capacity) };
  });
  const [stat] = files;
  return [
    {
      name: NAMES.fullReads,
      run: (times) => {
        for (let i = 0; i < times; i++) {
          for (let f = 0; f < files.length; f++) {
            const { fd, buffer } = files[f]!;
            readSync(fd, buffer, 0, buffer.length, 0);
          }
        }
      },
    },
    {
      name: NAMES.cpuReads,
      run: (times) => {
        const { fd, buffer } = stat!;
        for (let i = 0; i < times; i++) readSync(fd, buffer, 0, buffer.length, 0);
      },
    },
    {
      name: NAMES.statfs,
      run: (times) => {
        for (let i = 0; i < times; i++) statfsSync('/');
      },
    },
  ];
}

function peerContestants(): Contestant[] {
  return [
    {
      name: NAMES.os,
      run: (times) => {
        for (let i = 0; i < times; i++) {
          os.cpus();
          os.totalmem();
          os.freemem();
          os.loadavg();
          os.uptime();
          statfsSync('/');
        }
      },
    },
    {
      name: NAMES.peer,
      batch: PEER_BATCH,
      run: async (times) => {
        for (let i = 0; i < times; i++) await Promise.all([si.currentLoad(), si.mem(), si.fsSize()]);
      },
    },
  ];
}
