import { isMainThread } from 'node:worker_threads';

/**
 * Defects to show that the soak finds them. `leak`: the daemon grows by 10 MB a minute. `drop`: one frame in ten is counted and not
 * published. `late`: one tick in fifty comes too late for the two behind it. `duplicate`: the backend keeps one heartbeat in ten twice.
 */
export const HARMS = ['leak', 'drop', 'late', 'duplicate'] as const;
export type Harm = (typeof HARMS)[number];

const LEAK_BYTES = 1_000_000;
const LEAK_EVERY_MS = 6_000;
const DROP_EACH = 10;
const LATE_EACH = 50;
const LATE_INTERVALS = 2.5;
/** The first word of a store is which slot is published. */
const PUBLISHED_WORD = 0;

/** The words for Node that bring the defect into the daemon: this file is loaded in each of its threads. */
export function harmArgs(harm: Harm | null): string[] {
  if (harm === null || harm === 'duplicate') return [];
  const preload = new URL(import.meta.url);
  preload.searchParams.set('harm', harm);
  return ['--import', preload.href];
}

function leak(): void {
  const hoard: Buffer[] = [];
  setInterval(() => hoard.push(Buffer.alloc(LEAK_BYTES, 1)), LEAK_EVERY_MS).unref();
}

function drop(): void {
  const { store } = Atomics;
  let frames = 0;
  Atomics.store = ((...args: Parameters<typeof store>) =>
    args[1] === PUBLISHED_WORD && ++frames % DROP_EACH === 0 ? args[2] : store(...args)) as typeof store;
}

function late(): void {
  const { wait } = Atomics;
  let sleeps = 0;
  Atomics.wait = ((array: Int32Array, index: number, value: number, ms = 0) =>
    wait(array, index, value, ++sleeps % LATE_EACH === 0 ? ms * (1 + LATE_INTERVALS) : ms)) as typeof wait;
}

const harm = new URL(import.meta.url).searchParams.get('harm');
if (harm === 'leak' && isMainThread) leak();
if (harm === 'drop' && !isMainThread) drop();
if (harm === 'late' && !isMainThread) late();
