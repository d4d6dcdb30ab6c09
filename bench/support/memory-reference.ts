import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DaemonProcess, launchWords } from '../../test/support/daemon-process.js';
import { end, own } from './children.js';
import { readMemory } from './process-stats.js';

/** The resident memory of what the daemon is held against, bytes. */
export interface ReferenceMemory {
  /** Node alone, run by the daemon's own first line. */
  readonly bareNode: number;
  /** The same with three threads that do nothing. */
  readonly threeThreads: number;
  /** The daemon without a backend, and so without its heartbeat thread. */
  readonly noHeartbeats: number;
}

/** Runs each for `seconds`, all at once, and then reads. */
export async function readReferenceMemory(
  seconds: number,
  sampleIntervalMs: number,
): Promise<ReferenceMemory> {
  const [bareNode, threeThreads, noHeartbeats] = await Promise.all([
    emptyThreads(0, seconds),
    emptyThreads(3, seconds),
    daemonAlone(sampleIntervalMs, seconds),
  ]);
  return { bareNode, threeThreads, noHeartbeats };
}

async function emptyThreads(count: number, seconds: number): Promise<number> {
  const [program, ...words] = launchWords([]);
  const script = fileURLToPath(new URL('empty-threads.js', import.meta.url));
  const child = spawn(program, [...words, script, String(count)], { stdio: ['pipe', 'pipe', 'inherit'] });
  own(child);
  try {
    await once(child.stdout, 'data');
    await delay(seconds * 1000);
    return readMemory(child.pid!).rss;
  } finally {
    await end(child);
  }
}

async function daemonAlone(sampleIntervalMs: number, seconds: number): Promise<number> {
  const daemon = new DaemonProcess({ MONITOR_SAMPLE_INTERVAL_MS: String(sampleIntervalMs) });
  own(daemon.child);
  try {
    await daemon.address();
    await delay(seconds * 1000);
    return readMemory(daemon.child.pid!).rss;
  } finally {
    await end(daemon.child);
  }
}
