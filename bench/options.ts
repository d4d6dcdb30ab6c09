import { parseArgs } from 'node:util';

/** The parts of the bench, in the order in which they run. */
export const PARTS = ['parse', 'tick', 'frames', 'start', 'http', 'cpu', 'memory'] as const;
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
}

const DEFAULT_JSON = 'bench/results/latest.json';
const FULL_SOAK_MINUTES = 5;
const QUICK_SOAK_MINUTES = 0.1;

export const HELP = `Usage: npm run bench -- [options]

Measures the Monitor against what it is built on and against what one would use instead, and prints a table.
Needs nothing but this checkout; wrk generates the HTTP load if it is installed.

  --quick            a short run (under a minute) that shows that the bench works
  --only PART        run one part; may be given several times (${PARTS.join(', ')})
  --soak-minutes N   how long the daemon's memory is watched (default ${FULL_SOAK_MINUTES})
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
  const soak = values['soak-minutes'];
  const soakMinutes =
    soak === undefined ? (values.quick ? QUICK_SOAK_MINUTES : FULL_SOAK_MINUTES) : Number(soak);
  if (!(soakMinutes > 0 && soakMinutes <= 1_440))
    throw new Error(`--soak-minutes: expected minutes up to 1440, got ${soak}`);
  return {
    quick: values.quick,
    parts: PARTS.filter((part) => only.includes(part)),
    jsonPath: values.json,
    soakMinutes,
  };
}
