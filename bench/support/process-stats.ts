import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** One thread's account. */
export interface ThreadTime {
  readonly tid: number;
  /** Time on a CPU since it began. */
  readonly cpuNs: number;
  /** How often it was put on a CPU. */
  readonly slices: number;
}

/**
 * The CPU time of each thread of a process, in the order in which they were made. From `schedstat`, which counts nanoseconds; `stat`
 * counts the same time in steps of 10 ms, which at one tick a second is as much as there is to see.
 * @throws Error where the process is gone, or the kernel keeps no such account
 */
export function readThreadTimes(pid: number): ThreadTime[] {
  const tids = readdirSync(`/proc/${pid}/task`).map(Number);
  return tids
    .sort((a, b) => a - b)
    .map((tid) => {
      const text = readFileSync(`/proc/${pid}/task/${tid}/schedstat`, 'ascii');
      const [cpuNs = Number.NaN, , slices = Number.NaN] = text.split(' ').map(Number);
      return { tid, cpuNs, slices };
    });
}

/** How often each thread of a process has gone to sleep by itself, by its id: samplers do it once a tick. */
export function readWakes(pid: number): Map<number, number> {
  const wakes = new Map<number, number>();
  for (const tid of readdirSync(`/proc/${pid}/task`)) {
    const text = readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1');
    const count = /^voluntary_ctxt_switches:\t(\d+)$/m.exec(text)?.[1];
    if (count === undefined) throw new Error(`/proc/${pid}/status does not count its sleeps`);
    wakes.set(Number(tid), Number(count));
  }
  return wakes;
}

/** The CPU time of all threads of a process, nanoseconds. */
export function readCpuNs(pid: number): number {
  return readThreadTimes(pid).reduce((sum, { cpuNs }) => sum + cpuNs, 0);
}

/** The memory of a process, bytes. */
export interface Memory {
  readonly rss: number;
  /** Pages that several processes share (the node binary) count for each its part. */
  readonly pss: number;
  /** What nobody else has and no file holds: heaps, stacks, malloc. */
  readonly anonymous: number;
}

/**
 * Reads `smaps_rollup`.
 * @throws Error where the process is gone, or a line is missing
 */
export function readMemory(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'ascii');
  const bytes = (name: string): number => {
    const match = new RegExp(`^${name}: +(\\d+) kB$`, 'm').exec(text);
    if (match === null) throw new Error(`smaps_rollup has no ${name}`);
    return Number(match[1]) * 1024;
  };
  return { rss: bytes('Rss'), pss: bytes('Pss'), anonymous: bytes('Anonymous') };
}

/** What the threads of the daemon do. */
export type ThreadRole = 'main' | 'proc lane' | 'disk lane' | 'heartbeat' | 'V8 and libuv';

/**
 * Tells the daemon's threads apart, all of which bear the same name, by what they did between two readings. Both lanes hold their own
 * thread's `schedstat` open, and the proc lane is put on a CPU more often; the heartbeat thread is started last.
 * @throws Error when there are not two lanes
 */
export function threadRoles(
  pid: number,
  before: readonly ThreadTime[],
  after: readonly ThreadTime[],
): (thread: ThreadTime) => ThreadRole {
  const laneIds = laneTids(pid);
  const slicesBetween = ({ tid, slices }: ThreadTime): number =>
    slices - (before.find((thread) => thread.tid === tid)?.slices ?? 0);
  const lanes = after
    .filter(({ tid }) => laneIds.has(tid))
    .sort((a, b) => slicesBetween(b) - slicesBetween(a));
  const [proc, disk] = lanes;
  if (proc === undefined || disk === undefined || lanes.length > 2)
    throw new Error(`expected two lanes, found ${lanes.length}`);
  const last = after.at(-1)?.tid;
  return ({ tid }) => {
    if (tid === pid) return 'main';
    if (tid === proc.tid) return 'proc lane';
    if (tid === disk.tid) return 'disk lane';
    return tid === last ? 'heartbeat' : 'V8 and libuv';
  };
}

function laneTids(pid: number): Set<number> {
  const tids = new Set<number>();
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    let target: string;
    try {
      target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    } catch {
      // A descriptor that was closed meanwhile is not one that is held open.
      continue;
    }
    const match = /\/task\/(\d+)\/schedstat$/.exec(target);
    if (match !== null) tids.add(Number(match[1]));
  }
  return tids;
}
