import { closeSync, existsSync, openSync, readSync, statfsSync } from 'node:fs';
import { createSharedMemory } from '../src/shared/layout.js';
import { FakeClock } from '../test/support/fake-clock.js';
import type { DiskSampler } from '../workers/lanes/disk-lane.js';
import type { ProcSampler } from '../workers/lanes/proc-sampler.js';
import type { Row, Section, Target } from './report.js';
import { type Contestant, type Cost, costRatio, type Effort, measure } from './support/cpu-rounds.js';
import { askOs, askSystemInformation } from './support/peers.js';
import { createDiskSampler, createProcSampler } from './support/samplers.js';

/** What of /proc/stat is read at every tick; all of it once a second. */
const FIRST_LINE_BYTES = 1_024;
/** What a tick reads when everything is due, with the sampler's buffer sizes. The last but pressure is the lane's account of itself. */
const READS = [
  { path: '/proc/stat', capacity: 8_192 },
  { path: '/proc/meminfo', capacity: 8_192 },
  { path: '/proc/loadavg', capacity: 256 },
  { path: '/proc/uptime', capacity: 256 },
  { path: '/proc/thread-self/schedstat', capacity: 64 },
  // Kernels without pressure have none of these.
  ...['cpu', 'memory', 'io']
    .map((name) => ({ path: `/proc/pressure/${name}`, capacity: 256 }))
    .filter(({ path }) => existsSync(path)),
];

/** systeminformation starts a process and takes tens of milliseconds. */
const PEER_BATCH = 6;
const EVERYTHING_DUE_MS = 1_000;
const MEMORY_DUE_MS = 100;
const INTERVAL_MS = 50;
const TICK_TO_READS_MAX = 2;
const PEER_TO_TICK_MIN = 1_000;

const NAMES = {
  fullTick: 'tick, every file due',
  cpuTick: 'tick, CPU only',
  setTick: 'tick, CPU and memory, mean at 10 Hz',
  diskTick: 'disk lane tick (statfs, publish)',
  fullReads: 'bare readSync of its files',
  cpuReads: 'bare readSync of /proc/stat',
  statfs: 'bare statfsSync',
  os: 'node:os and statfs',
  peer: 'systeminformation',
} as const;
type Name = keyof typeof NAMES;

/** Whole ticks of both lanes, beside the bare reads that they contain and what one would call in their place. */
export async function benchTick(effort: Effort): Promise<Section> {
  const closers: (() => void)[] = [];
  try {
    const costs = await measure(
      [...readContestants(closers), ...tickContestants(closers), ...peerContestants()],
      effort,
    );
    return {
      part: 'tick',
      title: 'A whole tick (read, parse, rates, render, publish), hot loop',
      rows: rowsOf(costs),
      notes: [
        'node:os: cpus, totalmem, freemem, loadavg, uptime. systeminformation: currentLoad, mem and fsSize at once, with the CPU time of the df that it starts (cutime); the same set is a tick at 10 Hz, which always reads CPU and memory, and the disk lane’s.',
      ],
      failures: [],
    };
  } finally {
    for (const close of closers) close();
  }
}

function rowsOf(costs: ReadonlyMap<string, Cost>): Row[] {
  const cost = (name: Name): Cost => costs.get(NAMES[name])!;
  const row = (
    name: Name,
    ratio?: { readonly to: string; readonly of: readonly Name[] },
    target?: Target,
  ): Row => ({
    what: NAMES[name],
    value: cost(name).cpuUs,
    unit: 'µs CPU',
    ...(ratio === undefined
      ? {}
      : { ratio: { value: costRatio(cost(name), ...ratio.of.map(cost)), to: ratio.to } }),
    ...(target === undefined ? {} : { target }),
    details: { ...cost(name) },
  });
  const bothLanes = { to: 'both lanes’ ticks', of: ['fullTick', 'diskTick'] } as const;
  const sameSet = { to: 'ticks, same set', of: ['setTick', 'diskTick'] } as const;
  const toReads: Target = { limit: TICK_TO_READS_MAX, kind: 'at most', of: 'ratio' };
  return [
    row('fullReads'),
    row('fullTick', { to: 'its bare reads', of: ['fullReads'] }, toReads),
    row('cpuReads'),
    row('cpuTick', { to: 'its bare read', of: ['cpuReads'] }, toReads),
    row('setTick', { to: 'the full tick', of: ['fullTick'] }),
    row('statfs'),
    row('diskTick', { to: 'its statfs', of: ['statfs'] }),
    row('os', bothLanes),
    row('peer', sameSet, { limit: PEER_TO_TICK_MIN, kind: 'at least', of: 'ratio' }),
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
    contestant(NAMES.setTick, MEMORY_DUE_MS, MEMORY_DUE_MS),
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
  return { proc: createProcSampler(shared, clock, intervalMs), disk: createDiskSampler(shared, clock) };
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
        for (let i = 0; i < times; i++) readSync(fd, buffer, 0, FIRST_LINE_BYTES, 0);
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
    { name: NAMES.os, run: askOs },
    { name: NAMES.peer, run: askSystemInformation, batch: PEER_BATCH },
  ];
}
