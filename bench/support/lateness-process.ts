/**
 * Ticks in a process of its own: `lateness-process.js KIND INTERVAL_MS WARMUP_MS WINDOW_MS`, and prints a `Lateness` as JSON.
 */
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { Control } from '../../src/shared/control.js';
import { createSharedMemory } from '../../src/shared/layout.js';
import type { Lateness, TickKind } from '../lateness.bench.js';
import type { LatenessTask } from './lateness-thread.js';

/** A ticker that is late does not make ticks up: there are never more than the clock has room for, but for the first and the last. */
const SPARE_TICKS = 16;

/** In a worker thread, with the lane's ticker. */
async function tickInThread(
  samples: boolean,
  intervalMs: number,
  warmupMs: number,
  windowMs: number,
): Promise<Lateness> {
  const room = Math.ceil((warmupMs + windowMs) / intervalMs) * 2 + SPARE_TICKS;
  const numbers = (): Float64Array<SharedArrayBuffer> =>
    new Float64Array(new SharedArrayBuffer(room * Float64Array.BYTES_PER_ELEMENT));
  const task: LatenessTask = {
    shared: createSharedMemory(),
    intervalMs,
    samples,
    latenessMs: numbers(),
    skipped: numbers(),
    count: new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)),
  };
  const worker = new Worker(new URL('lateness-thread.js', import.meta.url), { workerData: task });
  const exited = once(worker, 'exit');
  await once(worker, 'online');
  await delay(warmupMs);
  const first = task.count[0]!;
  await delay(windowMs);
  const end = task.count[0]!;
  new Control(task.shared).stop();
  await exited;
  const missed = task.skipped.subarray(first, end).reduce((sum, left) => sum + left, 0);
  return { latenessMs: [...task.latenessMs.subarray(first, end)], missed };
}

/** On the main thread, with Node's own timer. It knows no deadline: late is what is later than an interval after the call before. */
async function tickOnTimer(intervalMs: number, warmupMs: number, windowMs: number): Promise<Lateness> {
  const calledMs: number[] = [];
  const timer = setInterval(() => calledMs.push(performance.now()), intervalMs);
  await delay(warmupMs + windowMs);
  clearInterval(timer);
  const endMs = performance.now();
  const counted = calledMs.filter((atMs) => atMs >= endMs - windowMs);
  const latenessMs = counted.slice(1).map((atMs, i) => atMs - counted[i]! - intervalMs);
  return { latenessMs, missed: Math.max(0, Math.round(windowMs / intervalMs) - counted.length) };
}

const [kind, ...times] = process.argv.slice(2);
const [intervalMs = Number.NaN, warmupMs = Number.NaN, windowMs = Number.NaN] = times.map(Number);
const lateness =
  (kind as TickKind) === 'setInterval'
    ? await tickOnTimer(intervalMs, warmupMs, windowMs)
    : await tickInThread((kind as TickKind) === 'lane', intervalMs, warmupMs, windowMs);
process.stdout.write(JSON.stringify(lateness));
