import { type Figure, find, type Metric, PEER_IDS, type PeerId, type Results } from './figures.js';
import type { PeerPart } from './options.js';

/** One bar of a panel. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  readonly kind: 'own' | 'floor' | 'peer';
}

/** One diagram of the picture, its bars from the shortest to the longest. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly bars: readonly Bar[];
}

const DEFAULT_HZ = 20;
const MIB = 1_048_576;
/** What these do at their fastest is no sampling: an answer without a new sample, or a tick with less than one. */
const SAMPLE_NOTHING: ReadonlySet<PeerId> = new Set(['netdata', 'node_wait', 'node_read']);

/** What is drawn of a run. A panel for whose part there are no figures is left out. */
export function panelsOf(results: Results): Panel[] {
  const { figures } = results;
  const bars = (part: PeerPart, metric: Metric, hz: number | null, scale = 1): Bar[] =>
    PEER_IDS.flatMap((id) => {
      const one = find(figures, part, id, metric, hz);
      return one === undefined ? [] : [bar(results, id, one.value * scale)];
    });
  const panels: Panel[] = [
    {
      title: 'CPU of the whole process, one sample a second',
      unit: '%',
      bars: [...bars('cadence', 'cpu_pct', 1), ...defaultBar(results)],
    },
    { title: 'CPU time of one sample, each at its fastest', unit: 'µs', bars: fastestBars(results) },
    { title: 'Memory (PSS)', unit: 'MB', bars: bars('memory', 'pss_bytes', null, 1 / MIB) },
    {
      title: 'CPU time of one HTTP request under load',
      unit: 'µs',
      bars: bars('http', 'cpu_us_per_request', null),
    },
  ];
  return panels.flatMap((panel) => {
    const sorted = panel.bars.toSorted((a, b) => a.value - b.value);
    return sorted.length === 0 ? [] : [{ ...panel, bars: sorted }];
  });
}

function bar({ peers }: Results, id: PeerId, value: number, suffix = ''): Bar {
  const name = peers.find((peer) => peer.id === id)?.name ?? id;
  return {
    label: `${name}${suffix}`,
    value,
    kind: id === 'monitor' ? 'own' : id === 'floor' ? 'floor' : 'peer',
  };
}

/** What the Monitor takes as it comes. */
function defaultBar(results: Results): Bar[] {
  const one = find(results.figures, 'cadence', 'monitor', 'cpu_pct', DEFAULT_HZ);
  return one === undefined ? [] : [bar(results, 'monitor', one.value, `, ${DEFAULT_HZ} a second`)];
}

/** Of each that samples, the highest rate: a cadence of its own, or asked again and again. */
function fastestBars(results: Results): Bar[] {
  return PEER_IDS.flatMap((id) => {
    if (SAMPLE_NOTHING.has(id)) return [];
    const fastest = results.figures
      .filter(({ peer, metric }) => peer === id && metric === 'samples_per_sec')
      .filter(({ part }) => part === 'cadence' || !samplesByItself(id))
      .reduce<Figure | null>((best, one) => (best === null || one.value > best.value ? one : best), null);
    if (fastest === null) return [];
    const cost = find(results.figures, fastest.part, id, 'cpu_us_per_sample', fastest.hz);
    const rate = Math.round(fastest.value).toLocaleString('en-US');
    return cost === undefined ? [] : [bar(results, id, cost.value, `, ${rate}/s`)];
  });
}

/** Their hot loops are not how anybody runs them. */
function samplesByItself(id: PeerId): boolean {
  return id === 'monitor' || id === 'floor';
}
