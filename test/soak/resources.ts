import { readFileSync } from 'node:fs';
import { processTree } from '../../bench/peers/process-tree.js';
import { readMemory } from '../../bench/support/process-stats.js';
import { readHoldings } from '../support/leaks.js';
import type { Windows } from './windows.js';

const EVERY_MS = 2_000;
const MS_PER_CLOCK_TICK = 10;

/** What the daemon and its children hold at one moment. */
export interface Sample {
  /** performance.now(). */
  readonly atMs: number;
  readonly rssBytes: number;
  /** What lies in no file. How much of the node binary counts as the daemon's own (PSS) depends on who else runs it just now. */
  readonly anonymousBytes: number;
  /** Of the daemon alone. */
  readonly threads: number;
  readonly descriptors: number;
  readonly children: number;
  /** CPU time so far, its children's that have ended and its threads' that have died included. */
  readonly cpuMs: number;
  /** Whether a fault was going on since the sample before. */
  readonly isFaulty: boolean;
}

/** Reads every two seconds what the daemon holds, until it is told to stop. */
export class Resources {
  readonly samples: Sample[] = [];
  readonly #pid: number;
  readonly #windows: Windows;
  #timer: NodeJS.Timeout | null = null;

  constructor(pid: number, windows: Windows) {
    this.#pid = pid;
    this.#windows = windows;
  }

  start(): void {
    this.#timer = setInterval(() => this.#read(), EVERY_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  #read(): void {
    const atMs = performance.now();
    try {
      const tree = processTree(this.#pid);
      const memory = tree.flatMap((pid) => {
        try {
          return [readMemory(pid)];
        } catch {
          // A child that has ended meanwhile holds nothing.
          return [];
        }
      });
      const { threads, descriptors } = readHoldings(this.#pid);
      this.samples.push({
        atMs,
        rssBytes: memory.reduce((sum, { rss }) => sum + rss, 0),
        anonymousBytes: memory.reduce((sum, { anonymous }) => sum + anonymous, 0),
        threads,
        descriptors: descriptors.length,
        children: tree.length - 1,
        cpuMs: readCpuMs(this.#pid),
        isFaulty: this.#windows.isFaulty(this.samples.at(-1)?.atMs ?? atMs, atMs),
      });
    } catch {
      // The daemon has ended: what that means is for others to say.
    }
  }
}

/** utime, stime, cutime and cstime of `/proc/<pid>/stat`, columns 14 to 17. */
function readCpuMs(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const columns = line.slice(line.lastIndexOf(')') + 2).split(' ');
  return columns.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * MS_PER_CLOCK_TICK;
}
