import { parseArgs } from 'node:util';

/** The parts, in the order in which they run. */
export const PEER_PARTS = ['hot', 'http', 'memory', 'cadence'] as const;
export type PeerPart = (typeof PEER_PARTS)[number];

/** How the bench was asked to run. */
export interface PeerOptions {
  /** A run that shows that the bench works; its figures are rough. */
  readonly quick: boolean;
  readonly install: boolean;
  readonly parts: readonly PeerPart[];
  /** Where the results go as JSON. */
  readonly jsonPath: string;
  /** Results of an earlier run that are shown in place of a new one. */
  readonly from: string | null;
}

const DEFAULT_JSON = 'bench/results/peers.json';

export const PEERS_HELP = `Usage: npm run bench:peers -- [options]

Measures the Monitor beside what one would run in its place, all on this machine in this run, and prints a table.

  --install      installs the peers that are missing with apt-get (as root; no service is started)
  --quick        a short run (about 90 s) that shows that the bench works; a full one takes about 25 minutes
  --only PART    run one part; may be given several times (${PEER_PARTS.join(', ')})
  --json FILE    where the results go as JSON (default ${DEFAULT_JSON})
  --from FILE    measure nothing: print the JSON of an earlier run
  --help         this text

Parts
  hot      CPU time of one sample, one after the other without a pause, beside a C loop with the same reads and fields
  http     requests a second and CPU time of each, beside nginx with a file of the same size
  memory   after a minute of sampling once a second (the Monitor: 20 times)
  cadence  CPU share of whole processes at 1, 10, 20, 100 and 1,000 samples a second

Peers: node_exporter (its cpu, meminfo, filesystem and loadavg collectors; and its defaults), netdata (all but these plugins off),
collectd (cpu, memory, swap, df, load, uptime, writing nowhere), glances (six plugins), telegraf, systeminformation, calls of
node:os, and nginx. One that is not installed is skipped, and the table and the JSON say so; the JSON has each one's version and
command line. The C loop is compiled with cc. Everything listens on 127.0.0.1 and is ended by its process id.

Each runs alone: the others are stopped (SIGSTOP) while one is measured, they take turns in rounds, and figures are medians of the
rounds. CPU time is all threads' and children's, from the scheduler's account (schedstat).

A target that is missed is said in the table; only what could not be measured makes the exit code 1.`;

/**
 * Reads the command line; null: help is wanted.
 * @throws Error naming the argument that is wrong
 */
export function parsePeerOptions(args: readonly string[]): PeerOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      install: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true },
      json: { type: 'string', default: DEFAULT_JSON },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const only = values.only ?? PEER_PARTS;
  for (const part of only) {
    if (!PEER_PARTS.includes(part as PeerPart))
      throw new Error(`--only: no part ${part}; there are ${PEER_PARTS.join(', ')}`);
  }
  return {
    quick: values.quick,
    install: values.install,
    parts: PEER_PARTS.filter((part) => only.includes(part)),
    jsonPath: values.json,
    from: values.from ?? null,
  };
}
