import { parseArgs } from 'node:util';

/** The parts of the bench, in the order in which they run. */
export const PARTS = [
  'parse',
  'tick',
  'bursts',
  'frames',
  'beat',
  'history',
  'start',
  'http',
  'scrape',
  'cadence',
  'lateness',
  'governor',
  'memory',
  'gc',
] as const;
export type Part = (typeof PARTS)[number];

/** How the bench was asked to run. */
export interface BenchOptions {
  /** A run that shows that the bench works; its figures are rough. */
  readonly quick: boolean;
  readonly parts: readonly Part[];
  /** Where the results go as JSON. */
  readonly jsonPath: string;
  /** How long the daemon's memory is watched. */
  readonly soakMinutes: number;
  /** How long the proc lane's garbage is watched. */
  readonly gcMinutes: number;
}

const DEFAULT_JSON = 'bench/results/latest.json';
const FULL_SOAK_MINUTES = 5;
const FULL_GC_MINUTES = 10;
const QUICK_MINUTES = 0.1;
const MINUTES_MAX = 1_440;

export const HELP = `Usage: npm run bench -- [options]

Measures the Monitor against what it is built on and against what one would use instead, and prints a table.
Needs nothing but this checkout; wrk generates the HTTP load if it is installed.

  --quick            a short run (under two minutes) that shows that the bench works
  --only PART        run one part; may be given several times (${PARTS.join(', ')})
  --soak-minutes N   how long the daemon's memory is watched (default ${FULL_SOAK_MINUTES})
  --gc-minutes N     how long the proc lane's garbage is watched (default ${FULL_GC_MINUTES})
  --json FILE        where the results go as JSON (default ${DEFAULT_JSON})
  --help             this text

A target that is missed is said in the table; only what could not be measured makes the exit code 1.`;

/**
 * Reads the command line; null: help is wanted.
 * @throws Error naming the argument that is wrong
 */
export function parseOptions(args: readonly string[]): BenchOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      'soak-minutes': { type: 'string' },
      'gc-minutes': { type: 'string' },
      json: { type: 'string', default: DEFAULT_JSON },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const only = values.only ?? PARTS;
  for (const part of only) {
    if (!PARTS.includes(part as Part))
      throw new Error(`--only: no part ${part}; there are ${PARTS.join(', ')}`);
  }
  const minutes = (name: 'soak-minutes' | 'gc-minutes', full: number): number => {
    const text = values[name];
    if (text === undefined) return values.quick ? QUICK_MINUTES : full;
    if (Number(text) > 0 && Number(text) <= MINUTES_MAX) return Number(text);
    throw new Error(`--${name}: expected minutes up to ${MINUTES_MAX}, got ${text}`);
  };
  return {
    quick: values.quick,
    parts: PARTS.filter((part) => only.includes(part)),
    jsonPath: values.json,
    soakMinutes: minutes('soak-minutes', FULL_SOAK_MINUTES),
    gcMinutes: minutes('gc-minutes', FULL_GC_MINUTES),
  };
}
