import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { type PerformanceEntry, PerformanceObserver, performance } from 'node:perf_hooks';
import { GCProfiler, getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { isMainThread, MessagePort } from 'node:worker_threads';
import type { GcReport, HeapSample } from './gc-account.js';

/**
 * Watches garbage collection in the proc lane's thread of the real daemon, from outside: loaded with
 * `--import <this file>?report=<file>&every=<ticks>`, which Node does in every thread; threads get no environment. The daemon itself
 * knows nothing of this.
 *
 * The lane blocks its thread for its whole life, so that the observer's callback is not called before its end; but V8 tells Node of each
 * collection when it happens, and Node hands them all over, with the times at which they were, once the lane has returned. Between ticks
 * the lane calls `Atomics.wait`: there the heap is looked at every so many ticks, and the lane's end is seen.
 *
 * `forceMajorAt=<tick>` makes a major collection, to see that one would be seen.
 */
const query = new URL(import.meta.url).searchParams;
const reportPath = query.get('report');
const SAMPLES_MAX = 8_192;

if (reportPath !== null && !isMainThread) {
  const { openSync } = fs;
  // The proc lane is the thread that opens `…/stat`.
  fs.openSync = (path, ...rest) => {
    if (String(path).endsWith('/stat')) {
      fs.openSync = openSync;
      syncBuiltinESMExports();
      watch(reportPath, Number(query.get('every')), Number(query.get('forceMajorAt') ?? Number.NaN));
    }
    return openSync(path, ...rest);
  };
  syncBuiltinESMExports();
}

function watch(path: string, every: number, forceMajorAt: number): void {
  const collections: GcReport['collections'][number][] = [];
  const take = (entries: readonly PerformanceEntry[]): void => {
    for (const entry of entries as readonly (PerformanceEntry & { detail: { kind: number } })[])
      collections.push({ kind: entry.detail.kind, startMs: entry.startTime, durationMs: entry.duration });
  };
  const observer = new PerformanceObserver((list) => take(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  const profiler = new GCProfiler();
  profiler.start();

  const samples = new Float64Array(3 * SAMPLES_MAX);
  let taken = 0;
  let ticks = 0;
  const sample = (): void => {
    if (taken === SAMPLES_MAX) return;
    samples.set([performance.now(), ticks, getHeapStatistics().used_heap_size], 3 * taken++);
  };
  const wait = Atomics.wait;
  // Fixed arguments: gathering them would allocate at every tick.
  Atomics.wait = ((words: Int32Array, index: number, value: number, timeoutMs?: number) => {
    if (ticks % every === 0) sample();
    if (ticks === forceMajorAt) collectNow();
    ticks++;
    const woken = wait(words, index, value, timeoutMs);
    if (woken !== 'timed-out') end();
    return woken;
  }) as typeof wait;

  const end = (): void => {
    Atomics.wait = wait;
    sample();
    const endMs = performance.now();
    const heaps = profiler.stop().statistics.map(({ beforeGC, afterGC }) => ({
      beforeBytes: beforeGC.heapStatistics.usedHeapSize,
      afterBytes: afterGC.heapStatistics.usedHeapSize,
    }));
    const release = holdMessages();
    // Node queued the observer's entries as immediates, which come before the second of these.
    setImmediate(() =>
      setImmediate(() => {
        take(observer.takeRecords());
        const report: GcReport = { endMs, samples: rows(samples, taken), collections, heaps };
        fs.writeFileSync(path, JSON.stringify(report));
        release();
      }),
    );
  };
}

/** The lane's thread is ended as soon as it has told that the lane came to its end: that has to wait for the report. */
function holdMessages(): () => void {
  const { postMessage } = MessagePort.prototype;
  const held: (() => void)[] = [];
  MessagePort.prototype.postMessage = function (...args: Parameters<typeof postMessage>) {
    held.push(() => postMessage.apply(this, args));
  };
  return () => {
    MessagePort.prototype.postMessage = postMessage;
    for (const send of held) send();
  };
}

function collectNow(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

function rows(samples: Float64Array, count: number): HeapSample[] {
  return Array.from({ length: count }, (_, i) => ({
    atMs: samples[3 * i]!,
    ticks: samples[3 * i + 1]!,
    usedBytes: samples[3 * i + 2]!,
  }));
}
