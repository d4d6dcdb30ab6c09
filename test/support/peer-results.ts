import {
  type Figure,
  figure,
  type Metric,
  PEER_IDS,
  type PeerId,
  type Results,
} from '../../bench/peers/figures.js';
import type { PeerPart } from '../../bench/peers/options.js';

/** One figure's place and its rounds. */
export type Measured = readonly [
  part: PeerPart,
  peer: PeerId,
  metric: Metric,
  rounds: readonly number[],
  hz?: number,
];

/** What a run of the bench of the peers would have given. Everyone is called by the id. */
export function playedResults(measured: readonly Measured[], changes: Partial<Results> = {}): Results {
  const figures: Figure[] = measured.map(([part, peer, metric, rounds, hz]) =>
    figure(part, peer, metric, rounds, hz ?? null),
  );
  return {
    machine: {
      cpu: 'a <fast> CPU',
      cores: 2,
      memoryMiB: 1,
      kernel: '6.1',
      node: '20.1',
      date: '2026-01-02T00:00:00Z',
    },
    quick: false,
    parts: ['hot', 'http', 'memory', 'cadence'],
    seconds: 60,
    generator: 'wrk',
    bodyBytes: 219,
    peers: PEER_IDS.map((id) => ({
      id,
      name: id,
      project: id,
      version: '1.0',
      commands: [],
      skipped: null,
    })),
    figures,
    failures: [],
    ...changes,
  };
}
