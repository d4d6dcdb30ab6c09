import type { Machine } from '../support/machine.js';
import { median } from '../support/statistics.js';
import type { PeerPart } from './options.js';

/** Everything that is measured. `floor` is the C sampler. */
export const PEER_IDS = [
  'monitor',
  'floor',
  'node_wait',
  'node_read',
  'collectd',
  'node_exporter',
  'node_exporter_default',
  'netdata',
  'telegraf',
  'glances',
  'os',
  'systeminformation',
  'nginx_static',
  'nginx_sendfile',
  'nginx_return',
  'node_http',
] as const;
export type PeerId = (typeof PEER_IDS)[number];

/** What is measured, with its unit. */
export type Metric =
  | 'cpu_us_per_sample'
  | 'samples_per_sec'
  | 'cpu_pct'
  | 'requests_per_sec'
  | 'cpu_us_per_request'
  | 'pss_bytes'
  | 'rss_bytes';

/** One figure of one peer: the median of its rounds. */
export interface Figure {
  readonly part: PeerPart;
  readonly peer: PeerId;
  readonly metric: Metric;
  /** Samples a second that were asked for; null where it is not about a cadence. */
  readonly hz: number | null;
  readonly value: number;
  readonly rounds: readonly number[];
}

/** One peer as it was run. */
export interface PeerAccount {
  readonly id: PeerId;
  readonly name: string;
  /** Whose version it is. */
  readonly project: string;
  readonly version: string | null;
  /** The command lines that were run, without the temporary folder's and ports' names. */
  readonly commands: readonly string[];
  /** Why it was not measured; null: it was. */
  readonly skipped: string | null;
}

/** A whole run, as the JSON has it. */
export interface Results {
  readonly machine: Machine;
  readonly quick: boolean;
  readonly parts: readonly PeerPart[];
  readonly seconds: number;
  readonly generator: string;
  /** Of the answer that was asked for under load; null: none was. */
  readonly bodyBytes: number | null;
  readonly peers: readonly PeerAccount[];
  readonly figures: readonly Figure[];
  readonly failures: readonly { readonly part: PeerPart; readonly what: string }[];
}

/** Makes a figure of what the rounds gave. */
export function figure(
  part: PeerPart,
  peer: PeerId,
  metric: Metric,
  rounds: readonly number[],
  hz: number | null = null,
): Figure {
  return { part, peer, metric, hz, value: median(rounds), rounds };
}

/** Finds a figure; undefined: that peer was not measured. */
export function find(
  figures: readonly Figure[],
  part: PeerPart,
  peer: PeerId,
  metric: Metric,
  hz: number | null = null,
): Figure | undefined {
  return figures.find((one) => {
    return one.part === part && one.peer === peer && one.metric === metric && one.hz === hz;
  });
}

/** How many times `other` one figure is: the median of the rounds' ratios, since a slow round is slow for both. */
export function ratioOf(one: Figure, other: Figure): number {
  return median(one.rounds.map((value, round) => value / (other.rounds[round] ?? Number.NaN)));
}
