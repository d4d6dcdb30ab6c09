import uPlot from 'uplot';
import { type ChartSpec, topOf } from './chart-specs.js';
import { timeOfDay } from './format.js';
import type { Points } from './series.js';

const AXIS_WIDTH_PX = 44;
/** Half of a label's width: one that is nearer to the edge would be cut. */
const LABEL_ROOM_PX = 30;
const AXIS_HEIGHT_PX = 24;
const MINUTE_MS = 60_000;

/** Gives the colour that a custom property of the style sheet stands for now. */
export type Colours = (name: string) => string;

/** A chart on uPlot, as wide and as high as the element that it is in. */
export class Chart {
  readonly spec: ChartSpec;
  readonly element: HTMLElement;
  /** The last time that is drawn; NaN: nothing is. */
  drawnToMs = Number.NaN;
  readonly #plot: uPlot;
  #top: number;

  /** `onCursor` hears when the pointer is on another moment, or on none. */
  constructor(element: HTMLElement, spec: ChartSpec, colours: Colours, onCursor: () => void) {
    this.spec = spec;
    this.element = element;
    this.#top = spec.leastTop;
    this.#plot = new uPlot(this.#options(colours, onCursor), [[], ...spec.lines.map(() => [])], element);
    new ResizeObserver(() => this.#plot.setSize(sizeOf(element))).observe(element);
  }

  /** The point under the cursor; null: it is on none. */
  get cursorIndex(): number | null {
    const { left = -1, idx } = this.#plot.cursor;
    return left < 0 ? null : (idx ?? null);
  }

  /** Draws, at once, what lies between these times, with the cursor at `cursorMs`, or where the pointer is. */
  draw(points: Points, fromMs: number, toMs: number, cursorMs: number | null): void {
    const columns = this.spec.lines.map(({ column }) => points.columns[column]);
    this.#top = topOf(highestOf(columns), this.spec);
    this.drawnToMs = toMs;
    this.#plot.batch(() => {
      this.#plot.setData([points.timesMs, ...columns] as unknown as uPlot.AlignedData, false);
      this.#plot.setScale('x', { min: fromMs, max: toMs });
    });
    if (cursorMs !== null) this.setCursor(cursorMs);
  }

  /** Puts the cursor at a time; null: takes it away. */
  setCursor(timeMs: number | null): void {
    const left = timeMs === null || Number.isNaN(this.drawnToMs) ? -10 : this.#plot.valToPos(timeMs, 'x');
    this.#plot.setCursor({ left, top: left < 0 ? -10 : 0 }, false);
  }

  /** Draws again, in the colours that are in force. */
  recolour(): void {
    this.#plot.redraw(false, true);
  }

  #options(colours: Colours, onCursor: () => void): uPlot.Options {
    const { lines, unit } = this.spec;
    const font = `11px ${getComputedStyle(this.element).fontFamily}`;
    const axis = {
      font,
      stroke: () => colours('--muted'),
      grid: { stroke: () => colours('--grid'), width: 1 },
      ticks: { show: false },
      border: { show: false },
    };
    return {
      ...sizeOf(this.element),
      ms: 1,
      padding: [8, 6, 0, 0],
      legend: { show: false },
      select: { show: false, left: 0, top: 0, width: 0, height: 0 },
      cursor: {
        y: false,
        drag: { setScale: false, x: false, y: false },
        sync: { key: 'time', setSeries: false },
        points: { size: 7 },
      },
      scales: {
        x: { time: true, range: (_, min, max) => [min, max] },
        y: { range: () => [0, this.#top] },
      },
      axes: [
        {
          ...axis,
          size: AXIS_HEIGHT_PX,
          gap: 6,
          space: 60,
          values: (plot, splits, _, __, incrMs) =>
            splits.map((timeMs) =>
              plot.valToPos(timeMs, 'x') > plot.over.clientWidth - LABEL_ROOM_PX
                ? ''
                : timeOfDay(timeMs).slice(0, incrMs % MINUTE_MS === 0 ? 5 : 8),
            ),
        },
        {
          ...axis,
          size: AXIS_WIDTH_PX,
          gap: 6,
          splits: () =>
            (this.#top % 4 === 0 ? [0, 0.25, 0.5, 0.75, 1] : [0, 0.5, 1]).map((part) => part * this.#top),
          values: (_, splits) =>
            splits.map((value) => `${Number(value.toFixed(2))}${unit === 'percent' ? ' %' : ''}`),
        },
      ],
      series: [
        {},
        ...lines.map(({ colour, fill, width, dash }) => ({
          stroke: () => colours(colour),
          ...(fill === undefined ? {} : { fill: () => colours(fill) }),
          ...(dash === undefined ? {} : { dash: [...dash] }),
          width,
          points: { show: false },
        })),
      ],
      hooks: { setCursor: [onCursor] },
    };
  }
}

function sizeOf(element: HTMLElement): { width: number; height: number } {
  return { width: element.clientWidth, height: element.clientHeight };
}

function highestOf(columns: readonly (readonly (number | null)[])[]): number {
  let highest = 0;
  for (const values of columns)
    for (const value of values) if (value !== null && value > highest) highest = value;
  return highest;
}
