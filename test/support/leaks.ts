import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { until } from './until.js';

/** What a process holds, from /proc/<pid>. */
export interface Holdings {
  /** Without those of libuv's pool: they start when there is work for them, and stay. (Before Node 22 nothing tells them from others.) */
  readonly threads: number;
  /** What each descriptor leads to, sorted. */
  readonly descriptors: readonly string[];
  /** Memory that is its own and lies in no file, kB. */
  readonly anonymousKb: number;
}

/** A thread that was replaced leaves some of malloc's and V8's memory in other places than before; its whole heap is more than this. */
const MEMORY_NOISE_KB = 12_000;
/** So many looks in a row, 20 ms apart, in which nothing changes. */
const SETTLED_LOOKS = 50;

/** What `read` gives for each entry of `folder`, without those that are gone by then. */
function readEach(folder: string, read: (path: string) => string): string[] {
  return readdirSync(folder).flatMap((name) => {
    try {
      return [read(`${folder}/${name}`)];
    } catch {
      return [];
    }
  });
}

/** What process `pid` holds now. */
export function readHoldings(pid: number): Holdings {
  const threads = readEach(`/proc/${pid}/task`, (path) => readFileSync(`${path}/comm`, 'latin1').trim());
  const descriptors = readEach(`/proc/${pid}/fd`, (path) => readlinkSync(path).replace(/\d{2,}/g, 'N'));
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  return {
    threads: threads.filter((name) => name !== 'libuv-worker').length,
    descriptors: descriptors.sort(),
    anonymousKb: Number(/^RssAnon:\s+(\d+) kB$/m.exec(status)?.[1]),
  };
}

/** What process `pid` holds once its threads and descriptors have stayed as many for a second. */
export async function settledHoldings(pid: number): Promise<Holdings> {
  let last = readHoldings(pid);
  let looks = 0;
  await until('threads and descriptors that stay as many', () => {
    const now = readHoldings(pid);
    const isSame = now.threads === last.threads && now.descriptors.length === last.descriptors.length;
    looks = isSame ? looks + 1 : 0;
    last = now;
    return looks >= SETTLED_LOOKS;
  });
  return last;
}

/**
 * Waits until process `pid` holds no more threads, descriptors and memory than before. What a fault took may be let go a little later, the
 * heap of a thread that has ended, too; what is never let go has leaked. Allowed for the memory: 12 MB, or `memoryKb`.
 */
export async function assertNothingLeaked(
  pid: number,
  before: Holdings,
  memoryKb = MEMORY_NOISE_KB,
): Promise<void> {
  const areLetGo = ({ threads, descriptors }: Holdings): boolean =>
    threads <= before.threads && descriptors.length <= before.descriptors.length;
  const grownKb = ({ anonymousKb }: Holdings): number => anonymousKb - before.anonymousKb;
  let after = readHoldings(pid);
  await until('all that was taken to be let go', () => {
    after = readHoldings(pid);
    return areLetGo(after) && grownKb(after) <= memoryKb;
  }).catch(() => {});
  if (!areLetGo(after)) assert.deepEqual(after, before);
  const grown = grownKb(after);
  assert.ok(grown <= memoryKb, `${grown} kB more than the ${before.anonymousKb} kB before`);
}
