import { Chart, type Colours } from './chart.js';
import { CHARTS, type ChartSpec } from './chart-specs.js';
import { momentAfterKey, nearest } from './moments.js';
import type { Series } from './series.js';
import { pointText, summaryText } from './summary.js';

const NO_MOMENT = 'no moment is chosen';
/** A line that moves by less looks as if it stood still. */
const MOVE_PX = 0.75;

/**
 * All charts, with one cursor in all of them: the pointer's, or that of the keys, which stays at its moment while time goes on. Under each
 * chart stands what is at the cursor, or else a summary.
 */
export class Charts {
  readonly #charts: readonly Chart[];
  readonly #captions = new Map<Chart, HTMLElement>();
  /** Text in place of a chart that will never have data, by the chart's name. */
  readonly #missing = new Map<string, string>();
  #series: Series;
  #cursorMs: number | null = null;
  /** Where the keys moved the cursor to where it is. */
  #chartOfKeys: Chart | null = null;

  constructor(root: ParentNode, colours: Colours, series: Series) {
    this.#series = series;
    this.#charts = CHARTS.map((spec) => {
      const element = find(root, `[data-plot="${spec.name}"]`);
      const chart = new Chart(element, spec, colours, () => this.#describe(chart));
      this.#captions.set(chart, find(root, `[data-caption="${spec.name}"]`));
      this.#makeSlider(chart);
      return chart;
    });
  }

  /** Draws those in which something would be seen to have moved since they were drawn, and that not more often than every `leastMs`. */
  draw(leastMs: number): void {
    const series = this.#series;
    // Nothing has come yet: the axes are shown all the same.
    const toMs = Number.isNaN(series.endMs) ? Date.now() : series.endMs;
    const fromMs = toMs - series.rangeMs;
    if (this.#cursorMs !== null && this.#cursorMs < fromMs) this.#cursorMs = fromMs;
    for (const chart of this.#charts) {
      const everyMs = Math.max(leastMs, (MOVE_PX * series.rangeMs) / chart.element.clientWidth);
      if (!(Math.abs(toMs - chart.drawnToMs) < everyMs)) chart.draw(series, fromMs, toMs, this.#cursorMs);
    }
  }

  /** Draws all of them, from `series` from now on. */
  refresh(series: Series): void {
    this.#series = series;
    for (const chart of this.#charts) chart.drawnToMs = Number.NaN;
    this.draw(0);
  }

  /** Brings the texts under the charts up to date. */
  describe(): void {
    for (const chart of this.#charts) this.#describe(chart);
  }

  /** Has `text` told of the chart with this name in place of its values; empty: they are told. */
  setMissing(name: string, text: string): void {
    this.#missing.set(name, text);
  }

  recolour(): void {
    for (const chart of this.#charts) chart.recolour();
  }

  #describe(chart: Chart): void {
    const at = this.#cursorMs === null ? chart.cursorIndex : nearest(this.#series.timesMs, this.#cursorMs);
    const text = this.#textOf(chart.spec, at);
    const caption = this.#captions.get(chart);
    if (caption !== undefined && caption.textContent !== text) caption.textContent = text;
    // The range's begin takes a cursor that stands there with it.
    if (chart === this.#chartOfKeys && chart.element.ariaValueText !== text) this.#speak(chart);
  }

  /** The point with this number in words, or, where it is null, all of them. */
  #textOf({ name, lines }: ChartSpec, at: number | null): string {
    const missing = this.#missing.get(name) ?? '';
    if (missing !== '') return missing;
    const spoken = [...lines].reverse();
    return at === null
      ? summaryText(this.#series, spoken, this.#series.rangeMs)
      : pointText(this.#series, at, spoken);
  }

  /** To a screen reader a chart is a slider over time; its value is read out when it is moved, and not when time goes on. */
  #makeSlider(chart: Chart): void {
    const { element, spec } = chart;
    element.tabIndex = 0;
    element.role = 'slider';
    element.ariaLabel = `${spec.title} over time`;
    element.ariaValueMin = '0';
    element.ariaValueMax = '100';
    this.#speak(chart);
    element.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const timeMs = momentAfterKey(event.key, this.#cursorMs, this.#series);
      if (timeMs === undefined) return;
      event.preventDefault();
      this.#moveTo(timeMs, chart);
    });
    element.addEventListener('blur', () => {
      if (this.#cursorMs !== null) this.#moveTo(null, chart);
    });
  }

  #moveTo(timeMs: number | null, chart: Chart): void {
    this.#cursorMs = timeMs;
    this.#chartOfKeys = timeMs === null ? null : chart;
    for (const each of this.#charts) each.setCursor(timeMs);
    this.describe();
    this.#speak(chart);
  }

  #speak({ element, spec }: Chart): void {
    const { timesMs, rangeMs, endMs } = this.#series;
    const at = this.#cursorMs === null ? -1 : nearest(timesMs, this.#cursorMs);
    const share = this.#cursorMs === null ? 1 : 1 - (endMs - this.#cursorMs) / rangeMs;
    element.ariaValueNow = String(Math.round(100 * Math.min(1, Math.max(0, share))) || 0);
    element.ariaValueText = at < 0 ? NO_MOMENT : this.#textOf(spec, at);
  }
}

function find(root: ParentNode, selector: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(selector);
  if (found === null) throw new Error(`no ${selector} in the page`);
  return found;
}
