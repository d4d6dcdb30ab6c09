import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { end, own } from '../support/children.js';
import { readThreadTimes, type ThreadTime } from '../support/process-stats.js';

const NS_PER_CLOCK_TICK = 10_000_000;
const READ_ATTEMPTS = 5;

/** What `/proc/<pid>/stat` tells of a process. */
export interface ProcessStat {
  readonly parentPid: number;
  /** CPU time of the children that it waited for, in steps of 10 ms. */
  readonly reapedNs: number;
}

/**
 * Reads the line of `/proc/<pid>/stat`.
 * @throws Error when it is not one
 */
export function parseProcessStat(line: string): ProcessStat {
  // Behind the name, which may hold anything: state is column 3, ppid 4, cutime 16, cstime 17.
  const columns = line.slice(line.lastIndexOf(')') + 2).split(' ');
  const stat = {
    parentPid: Number(columns[1]),
    reapedNs: (Number(columns[13]) + Number(columns[14])) * NS_PER_CLOCK_TICK,
  };
  if (!Number.isInteger(stat.parentPid) || !Number.isFinite(stat.reapedNs))
    throw new Error(`not a line of /proc/<pid>/stat: ${line}`);
  return stat;
}

/** The process and all that descend from it, parents first. */
export function processTree(pid: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readStat(Number(name));
    if (stat === null) continue;
    const siblings = children.get(stat.parentPid) ?? [];
    siblings.push(Number(name));
    children.set(stat.parentPid, siblings);
  }
  const tree = [pid];
  for (let next = 0; next < tree.length; next++) tree.push(...(children.get(tree[next]!) ?? []));
  return tree;
}

/** Null: it has gone meanwhile. */
function readStat(pid: number): ProcessStat | null {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return null;
  }
}

/** CPU time of a process and all that descend from it, at one moment. */
export interface TreeCpu {
  /** By thread, nanoseconds. */
  readonly threads: ReadonlyMap<number, number>;
  readonly reapedNs: number;
}

/** Reads it. @throws Error when the process is gone */
export function readTreeCpu(pid: number): TreeCpu {
  const threads = new Map<number, number>();
  let reapedNs = 0;
  for (const member of processTree(pid)) {
    const stat = readStat(member);
    if (stat === null) continue;
    reapedNs += stat.reapedNs;
    for (const { tid, cpuNs } of readThreads(member)) threads.set(tid, cpuNs);
  }
  if (!threads.has(pid)) throw new Error(`the process ${pid} is gone`);
  return { threads, reapedNs };
}

/** A thread may end while they are read: then they are read again, and a process that has ended has none. */
function readThreads(pid: number): ThreadTime[] {
  for (let attempt = 0; attempt < READ_ATTEMPTS; attempt++) {
    try {
      return readThreadTimes(pid);
    } catch {
      // Again.
    }
  }
  return [];
}

/** What a tree used between two readings, nanoseconds. What threads used that ended in between is lost, but for processes'. */
export function cpuBetween(before: TreeCpu, after: TreeCpu): number {
  let usedNs = after.reapedNs - before.reapedNs;
  for (const [tid, cpuNs] of after.threads) usedNs += cpuNs - (before.threads.get(tid) ?? 0);
  return usedNs;
}

/** The processes that must not outlive the bench, with all that they have started. */
const roots = new Set<ChildProcess>();

/** Sees to it that neither `child` nor what it starts outlives the bench. */
export function ownTree(child: ChildProcess): void {
  own(child);
  roots.add(child);
  child.once('exit', () => roots.delete(child));
}

/** Ends a process and what it has started, and resolves when it has ended. Stopped ones, too. */
export async function endTree(child: ChildProcess): Promise<void> {
  killDescendants(child);
  await end(child);
}

/** Ends what still runs, at once. For the end of the bench, however it comes. */
export function endTrees(): void {
  for (const child of roots) {
    killDescendants(child);
    child.kill('SIGKILL');
  }
}

/** Sends a signal to all of a tree. */
export function signalTree(pid: number, signal: NodeJS.Signals): void {
  for (const member of processTree(pid)) signalOne(member, signal);
}

function killDescendants(child: ChildProcess): void {
  // One that has ended may have given its id to another.
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  for (const member of processTree(child.pid).slice(1)) signalOne(member, 'SIGKILL');
}

function signalOne(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}
