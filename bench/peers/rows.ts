import { digits, type Row, type Section, type Target } from '../report.js';
import { type Figure, find, type Metric, PEER_IDS, type PeerId, type Results, ratioOf } from './figures.js';
import type { PeerPart } from './options.js';

/** One part of the table. */
export type PeerSection = Omit<Section, 'part'> & { readonly part: PeerPart };

const TITLES: Readonly<Record<PeerPart, string>> = {
  hot: 'One sample after the other without a pause, CPU time of each',
  http: 'HTTP under load, one answer',
  memory: 'Memory after a minute',
  cadence: 'CPU time of whole processes at the same cadence, 100 % = one core',
};
const NOTES: Readonly<Record<PeerPart, readonly string[]>> = {
  hot: [
    'Monitor: a tick of both lanes with every source due (read, parse, rates, render, publish). C: the same reads and fields, no more. node_exporter and glances: a request that samples. netdata: a request that does not; it samples by itself.',
  ],
  http: [
    'Ratios are the median of the rounds’ ratios. CPU time is of the whole process, the Monitor’s sampling included. nginx: a file of the same size.',
  ],
  memory: [
    'Proportional set size, the program’s own binary counted in full: the bench itself runs on Node. The Monitor samples 20 times a second and sends heartbeats, the others sample once.',
  ],
  cadence: [
    'The Monitor with heartbeats every 30 s, asked by nobody; node_exporter and glances are asked once a second. C: clock_nanosleep, the same reads as often as the Monitor makes them.',
  ],
};

const atMost = (limit: number, of: Target['of']): Target => ({ limit, kind: 'at most', of });
const atLeast = (limit: number, of: Target['of']): Target => ({ limit, kind: 'at least', of });

const HOT_TARGETS: Partial<Record<PeerId, Target>> = {
  monitor: atMost(2, 'ratio'),
  node_exporter: atLeast(50, 'ratio'),
  systeminformation: atLeast(1_000, 'ratio'),
};
const CADENCE_TARGETS: Readonly<Record<number, Partial<Record<PeerId, Target>>>> = {
  1: { collectd: atLeast(1, 'ratio') },
  10: { monitor: atMost(3, 'ratio'), collectd: atLeast(2, 'ratio') },
  20: { monitor: atMost(0.3, 'value') },
  100: { monitor: atMost(2, 'ratio'), collectd: atLeast(4, 'ratio') },
};
/** At its default cadence the Monitor is held against one scrape a second. */
const DEFAULT_HZ = 20;
const MIB = 1_048_576;

/** The table of a run. */
export function sectionsOf(results: Results): PeerSection[] {
  return results.parts.map((part) => ({
    part,
    title: title(part, results),
    rows: ROWS[part](results),
    notes: [...NOTES[part], ...(part === 'http' ? paceNote(results) : [])],
    failures: results.failures.filter((failure) => failure.part === part).map(({ what }) => what),
  }));
}

function title(part: PeerPart, { bodyBytes, generator }: Results): string {
  if (part !== 'http') return TITLES[part];
  return `${TITLES.http}${bodyBytes === null ? '' : ` of ${bodyBytes} bytes`} (${generator})`;
}

/** Who set the pace of the HTTP part: servers that are not busy wait for the generator. */
function paceNote({ figures }: Results): string[] {
  const busyPct = (['monitor', 'nginx_static'] as const).flatMap((id) => {
    const rate = find(figures, 'http', id, 'requests_per_sec');
    const cpu = find(figures, 'http', id, 'cpu_us_per_request');
    return rate === undefined || cpu === undefined ? [] : [(rate.value * cpu.value) / 1e4];
  });
  if (busyPct.length < 2) return [];
  const [monitor, nginx] = busyPct.map((pct) => `${Math.round(pct)} %`);
  return [
    `The Monitor was busy for ${monitor} of a core, nginx with its file for ${nginx}: far below 100 % the load generator sets the pace.`,
  ];
}

/** Of a cadence, these are multiples of the C sampler; all others of the Monitor. */
const TO_FLOOR: ReadonlySet<PeerId> = new Set(['monitor', 'node_wait', 'node_read']);

const ROWS: Readonly<Record<PeerPart, (results: Results) => Row[]>> = {
  hot: (results) =>
    PEER_IDS.flatMap((id) => {
      const against = id === 'floor' ? null : id === 'monitor' ? 'floor' : 'monitor';
      return row(results, {
        part: 'hot',
        metric: 'cpu_us_per_sample',
        unit: 'µs CPU',
        id,
        against,
        target: HOT_TARGETS[id],
      });
    }),
  http: (results) => [
    ...PEER_IDS.flatMap((id) => {
      const against = id === 'nginx_static' ? null : 'nginx_static';
      const target = id === 'monitor' ? atLeast(1.3, 'ratio') : undefined;
      return row(results, { part: 'http', metric: 'requests_per_sec', unit: 'req/s', id, against, target });
    }),
    ...PEER_IDS.flatMap((id) => {
      const against = id === 'nginx_static' ? null : 'nginx_static';
      const target = id === 'monitor' ? atMost(1, 'ratio') : undefined;
      const metric = 'cpu_us_per_request';
      return row(results, { part: 'http', metric, unit: 'µs/req', id, against, target, prefix: 'CPU: ' });
    }),
  ],
  memory: (results) =>
    PEER_IDS.flatMap((id) => {
      const pss = find(results.figures, 'memory', id, 'pss_bytes');
      const rss = find(results.figures, 'memory', id, 'rss_bytes');
      if (pss === undefined || rss === undefined) return [];
      return [
        {
          what: nameOf(results, id),
          value: pss.value / MIB,
          unit: 'MB PSS',
          remark: `${digits(rss.value / MIB)} MB RSS`,
        },
      ];
    }),
  cadence: cadenceRows,
};

function cadenceRows(results: Results): Row[] {
  const cadences = new Set(results.figures.flatMap(({ part, hz }) => (part === 'cadence' ? [hz!] : [])));
  const paced = [...cadences].filter((hz) => hz > 0).sort((a, b) => a - b);
  const rows = [...paced, 0].flatMap((hz) =>
    PEER_IDS.flatMap((id) =>
      row(results, {
        part: 'cadence',
        metric: 'cpu_pct',
        unit: '% core',
        id,
        hz,
        against: TO_FLOOR.has(id) ? 'floor' : id === 'floor' ? null : 'monitor',
        target: CADENCE_TARGETS[hz]?.[id],
        prefix: hz > 0 ? `${hz} Hz: ` : 'without a pause: ',
      }),
    ),
  );
  const exporter = find(results.figures, 'cadence', 'node_exporter', 'cpu_pct', 1);
  const monitor = find(results.figures, 'cadence', 'monitor', 'cpu_pct', DEFAULT_HZ);
  if (exporter === undefined || monitor === undefined) return rows;
  const whole: Row = {
    what: `Monitor at ${DEFAULT_HZ} Hz`,
    value: monitor.value,
    unit: '% core',
    ratio: { value: ratioOf(monitor, exporter), to: 'node_exporter at 1 Hz' },
    target: atMost(1, 'ratio'),
  };
  return [...rows, whole];
}

interface Wanted {
  readonly part: PeerPart;
  readonly metric: Metric;
  readonly unit: string;
  readonly id: PeerId;
  readonly hz?: number;
  /** Whose multiple it is. */
  readonly against: PeerId | null;
  readonly target: Target | undefined;
  readonly prefix?: string;
}

/** None where the peer was not measured. */
function row(results: Results, { part, metric, unit, id, hz, against, target, prefix = '' }: Wanted): Row[] {
  const one = find(results.figures, part, id, metric, hz);
  if (one === undefined) return [];
  const other = against === null ? undefined : find(results.figures, part, against, metric, hz);
  return [
    {
      what: `${prefix}${nameOf(results, id)}`,
      value: one.value,
      unit,
      ...besides(results, one, other),
      ...(target === undefined || (target.of === 'ratio' && other === undefined) ? {} : { target }),
      details: { rounds: one.rounds },
    },
  ];
}

/** What stands beside the figure: its ratio to another, or what it comes to by the sample. */
function besides(results: Results, one: Figure, other: Figure | undefined): Pick<Row, 'ratio' | 'remark'> {
  if (other !== undefined) return { ratio: { value: ratioOf(one, other), to: nameOf(results, other.peer) } };
  const perSample = find(results.figures, one.part, one.peer, 'cpu_us_per_sample', one.hz);
  return one.metric === 'cpu_pct' && perSample !== undefined
    ? { remark: `= ${digits(perSample.value)} µs a sample` }
    : {};
}

function nameOf({ peers }: Results, id: PeerId): string {
  return peers.find((peer) => peer.id === id)?.name ?? id;
}
