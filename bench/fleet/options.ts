import { parseArgs } from 'node:util';

/** How the simulation was asked to run. */
export interface FleetOptions {
  readonly hosts: number;
  readonly seed: number;
  /** Where the results go as JSON. */
  readonly jsonPath: string;
}

const FULL_HOSTS = 100_000;
const QUICK_HOSTS = 20_000;
const MAX_HOSTS = 1_000_000;
const DEFAULT_JSON = 'bench/results/fleet.json';

export const HELP = `Usage: npm run bench:fleet -- [options]

Runs the heartbeat's schedule for a whole fleet in virtual time, through starts, outages and backends that send
hosts away, and prints how many requests a second the backend gets. Needs nothing but this checkout; takes about a
minute of one core.

  --quick        ${QUICK_HOSTS.toLocaleString('en-US')} hosts instead of ${FULL_HOSTS.toLocaleString('en-US')}: some seconds
  --hosts N      so many hosts, up to ${MAX_HOSTS.toLocaleString('en-US')}; with fewer than ${QUICK_HOSTS.toLocaleString('en-US')} chance alone misses targets
  --seed N       another course of chance (default 1); the same seed gives the same figures
  --json FILE    where the results go as JSON (default ${DEFAULT_JSON})
  --help         this text

The exit code is 1 when a target is missed.`;

/**
 * Reads the command line; null: help is wanted.
 * @throws Error naming the argument that is wrong
 */
export function parseOptions(args: readonly string[]): FleetOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      hosts: { type: 'string' },
      seed: { type: 'string', default: '1' },
      json: { type: 'string', default: DEFAULT_JSON },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const hosts = values.hosts ?? String(values.quick ? QUICK_HOSTS : FULL_HOSTS);
  return {
    hosts: wholeNumber('--hosts', hosts, 1, MAX_HOSTS),
    seed: wholeNumber('--seed', values.seed, 0, 2 ** 32 - 1),
    jsonPath: values.json,
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < min || value > max)
    throw new Error(`${name}: expected a whole number from ${min} to ${max}, got ${text}`);
  return value;
}
