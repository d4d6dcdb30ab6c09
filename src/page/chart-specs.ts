import type { Named } from './summary.js';

/** One line of a chart. Colours are names of custom properties of the style sheet. */
export interface Line extends Named {
  readonly colour: string;
  readonly fill?: string;
  readonly width: number;
  readonly dash?: readonly number[];
}

export interface ChartSpec {
  /** As in `data-plot`. */
  readonly name: string;
  readonly title: string;
  readonly unit: Named['unit'];
  /** Those that are drawn over others come last. */
  readonly lines: readonly Line[];
  /** The least that the top of the chart stands for. */
  readonly leastTop: number;
}

const DASHED = [7, 4];
const DOTTED = [2, 3];
const WHOLE_PCT = 100;

/**
 * Lines differ by colour and by stroke, so that nobody has to tell colours apart. None is dashed that jumps up and down all the time: without
 * a graphics card that takes several times as long to draw.
 */
export const CHARTS: readonly ChartSpec[] = [
  {
    name: 'cpu',
    title: 'CPU',
    unit: 'percent',
    leastTop: 100,
    lines: [
      line('hottest', 'hottest core', '--hottest', { width: 1, told: [] }),
      line('burst', 'burst', '--burst', { fill: '--burst-fill', width: 1, told: ['highest'] }),
      line('cpu', 'CPU', '--cpu', { width: 2.25, told: ['mean'] }),
    ],
  },
  {
    name: 'memory',
    title: 'Memory and swap',
    unit: 'percent',
    leastTop: 100,
    lines: [
      line('swap', 'swap', '--swap', { dash: DASHED }),
      line('memory', 'memory', '--memory', { fill: '--memory-fill' }),
    ],
  },
  {
    name: 'pressure',
    title: 'Pressure',
    unit: 'percent',
    leastTop: 10,
    lines: [
      line('pressureIo', 'I/O', '--io', { dash: DOTTED }),
      line('pressureMemory', 'memory', '--memory', { dash: DASHED }),
      line('pressureCpu', 'CPU', '--cpu'),
    ],
  },
  {
    name: 'load',
    title: 'Load',
    unit: 'tasks',
    leastTop: 1,
    lines: [{ ...line('load', 'load', '--load', { fill: '--load-fill' }), unit: 'tasks' }],
  },
];

function line(column: Line['column'], label: string, colour: string, more: Partial<Line> = {}): Line {
  return { column, label, unit: 'percent', colour, width: 1.75, told: ['mean', 'highest'], ...more };
}

/** The top of a chart whose highest value is `highest`: a round number, not below its least, and no share above the whole. */
export function topOf(highest: number, { leastTop, unit }: Pick<ChartSpec, 'leastTop' | 'unit'>): number {
  const top = roundTop(highest, leastTop);
  return unit === 'percent' ? Math.min(WHOLE_PCT, top) : top;
}

function roundTop(highest: number, least: number): number {
  if (!(highest > least)) return least;
  const power = 10 ** Math.floor(Math.log10(highest));
  for (const factor of [1, 2, 5]) if (highest <= factor * power) return factor * power;
  return 10 * power;
}
