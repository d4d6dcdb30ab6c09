import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const JIFFY_MS = 10;

/** How often it burns, for how long, and when the first burst begins. */
export interface Burns {
  readonly cpus: number;
  readonly burnMs: number;
  readonly everyMs: number;
  readonly phaseMs: number;
}

/**
 * The `/proc/stat` of a kernel with ticks of 10 ms on which a process with a thread on each CPU burns for `burnMs` in every `everyMs`. Busy
 * time is counted as such a kernel does: a whole tick when the tick finds the CPU busy, and each CPU's ticks come at another moment; idle
 * time is counted to the nanosecond and told in whole ticks.
 */
export class PlayedKernel {
  readonly #options: Burns;

  constructor(options: Burns) {
    this.#options = options;
  }

  /** Writes the file as it is at `atMs`. */
  write(folder: string, atMs: number): void {
    const { cpus } = this.#options;
    const busy = Array.from({ length: cpus }, (_, cpu) => this.#busyTicks(atMs, (JIFFY_MS * cpu) / cpus));
    const idle = Math.floor(this.#idleMs(atMs) / JIFFY_MS);
    const idleOfAll = Math.floor((cpus * this.#idleMs(atMs)) / JIFFY_MS);
    const line = (name: string, user: number, rest: number) => `${name} ${user} 0 0 ${rest} 0 0 0 0 0 0\n`;
    const all = busy.reduce((sum, ticks) => sum + ticks, 0);
    const lines = busy.map((ticks, cpu) => line(`cpu${cpu}`, ticks, idle));
    writeFileSync(join(folder, 'stat'), `${line('cpu ', all, idleOfAll)}${lines.join('')}intr 0\n`);
  }

  /** How long it has burned from 0 to `atMs`. */
  #busyMs(atMs: number): number {
    const { burnMs, everyMs, phaseMs } = this.#options;
    const since = atMs - phaseMs;
    if (since <= 0) return 0;
    return Math.floor(since / everyMs) * burnMs + Math.min(burnMs, since % everyMs);
  }

  #idleMs(atMs: number): number {
    return atMs - this.#busyMs(atMs);
  }

  /** The ticks until `atMs`, which come at `offsetMs` and every 10 ms from there on, that found the CPU busy. */
  #busyTicks(atMs: number, offsetMs: number): number {
    const { burnMs, everyMs, phaseMs } = this.#options;
    let ticks = 0;
    for (let start = phaseMs; start <= atMs; start += everyMs) {
      const end = Math.min(atMs, start + burnMs);
      ticks += Math.floor((end - offsetMs) / JIFFY_MS) - Math.ceil((start - offsetMs) / JIFFY_MS) + 1;
    }
    return ticks;
  }
}
