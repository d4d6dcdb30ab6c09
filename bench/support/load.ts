import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { output } from './children.js';

const CONNECTIONS = 64;
/** A generator that is so late hangs. */
const GRACE_MS = 5_000;

/** What a generator of load saw. */
export interface Load {
  readonly requests: number;
  /** Answers that were not 200, connections that failed, requests that timed out. */
  readonly errors: number;
  readonly requestsPerSec: number;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** Puts 64 connections' worth of load on `url`, from a process of its own, for `seconds`. */
export interface Generator {
  readonly name: string;
  run(url: string, seconds: number): Promise<Load>;
}

/** wrk, or else our own generator, which is slower. */
export function findGenerator(): Generator {
  const hasWrk = spawnSync('wrk', ['-v'], { stdio: 'ignore' }).error === undefined;
  return hasWrk ? wrk : bundled;
}

const wrk: Generator = {
  name: `wrk -t1 -c${CONNECTIONS}`,
  run: async (url, seconds) => {
    const args = ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '--latency', url];
    return parseWrk(await output('wrk', args, seconds * 1000 + GRACE_MS));
  },
};

const bundled: Generator = {
  name: `the bundled generator, ${CONNECTIONS} connections`,
  run: async (url, seconds) => {
    const script = fileURLToPath(new URL('load-generator.js', import.meta.url));
    const args = [script, url, String(CONNECTIONS), String(seconds)];
    return JSON.parse(await output(process.execPath, args, seconds * 1000 + GRACE_MS)) as Load;
  },
};

const UNIT_US: Readonly<Record<string, number>> = { us: 1, ms: 1_000, s: 1_000_000, m: 60_000_000 };

/**
 * Reads what `wrk --latency` prints.
 * @throws Error when it is not what wrk 4 prints
 */
export function parseWrk(text: string): Load {
  const find = (pattern: RegExp): string[] => {
    const match = pattern.exec(text);
    if (match === null) throw new Error(`wrk printed no ${pattern.source}: ${text}`);
    return match.slice(1);
  };
  const latencyUs = (percent: number): number => {
    const [value, unit = ''] = find(new RegExp(`^ +${percent}% +([\\d.]+)(us|ms|s|m) *$`, 'm'));
    return Number(value) * UNIT_US[unit]!;
  };
  const bad = /Non-2xx or 3xx responses: (\d+)/.exec(text)?.[1] ?? '0';
  const socket =
    /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(text)?.slice(1) ?? [];
  return {
    requests: Number(find(/^ +(\d+) requests in /m)[0]),
    errors: [bad, ...socket].reduce((sum, count) => sum + Number(count), 0),
    requestsPerSec: Number(find(/^Requests\/sec: +([\d.]+)$/m)[0]),
    p50Us: latencyUs(50),
    p99Us: latencyUs(99),
  };
}
