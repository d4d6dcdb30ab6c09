import { parseArgs } from 'node:util';
import { HARMS, type Harm } from './harm.js';

/**
 * What goes wrong. `ready`: nothing does, and the daemon is loaded with what would let it; `none`: nothing, and it is not. The two show of
 * a growth whether it comes from the daemon, from what strikes it, or from being struck.
 */
export const FAULTS_PLAYED = ['all', 'ready', 'none'] as const;
export type FaultsPlayed = (typeof FAULTS_PLAYED)[number];

/** How the soak was asked to run. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly intervalMs: number;
  readonly faults: FaultsPlayed;
  /** A defect that the daemon or the backend is given, to show that the soak finds it. Null: none. */
  readonly harm: Harm | null;
  /** Where the figures go as JSON; null: nowhere. */
  readonly jsonPath: string | null;
}

const MINUTES_MIN = 0.5;
const MINUTES_MAX = 10_080;
const INTERVAL_MAX_MS = 1_000;

export const HELP = `Usage: npm run soak -- [options]

Runs the real daemon at full cadence under a steady load, with a backend that comes and goes, a plugin that pushes
and faults at random, and shows whether anything was lost or grew. Takes half a minute more than it is told to.

  --minutes N      so long, from ${MINUTES_MIN} (default 30)
  --seed N         another course of chance (default 1); the same seed and time give the same plan
  --interval-ms N  milliseconds between samples, 1 to ${INTERVAL_MAX_MS} (default 50)
  --faults WHICH   ${FAULTS_PLAYED.join(', ')} (default all); ready: none, but with what lets them into the daemon
  --json FILE      the figures as JSON, too
  --harm NAME      gives the daemon or the backend a defect, to show that it is found: ${HARMS.join(', ')}
  --help           this text

The exit code is 1 when something is lost or grows, 2 when the arguments are wrong, 130 when it was interrupted
and all was well until then.`;

/**
 * Reads the command line; null: help is wanted.
 * @throws Error naming the argument that is wrong
 */
export function parseOptions(args: readonly string[]): SoakOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      minutes: { type: 'string', default: '30' },
      seed: { type: 'string', default: '1' },
      'interval-ms': { type: 'string', default: '50' },
      faults: { type: 'string', default: 'all' },
      json: { type: 'string' },
      harm: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const harm = HARMS.find((name) => name === values.harm) ?? null;
  if (values.harm !== undefined && harm === null)
    throw new Error(`--harm: expected one of ${HARMS.join(', ')}, got ${values.harm}`);
  const faults = FAULTS_PLAYED.find((name) => name === values.faults);
  if (faults === undefined)
    throw new Error(`--faults: expected one of ${FAULTS_PLAYED.join(', ')}, got ${values.faults}`);
  return {
    minutes: number('--minutes', values.minutes, MINUTES_MIN, MINUTES_MAX),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    intervalMs: wholeNumber('--interval-ms', values['interval-ms'], 1, INTERVAL_MAX_MS),
    faults,
    harm,
    jsonPath: values.json ?? null,
  };
}

function number(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || value < min || value > max)
    throw new Error(`${name}: expected a number from ${min} to ${max}, got ${text}`);
  return value;
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  if (!/^\d+$/.test(text)) throw new Error(`${name}: expected a whole number, got ${text}`);
  return number(name, text, min, max);
}
