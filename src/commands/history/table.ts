import { duration } from '../../shared/duration.js';
import { wrap } from '../../wrap.js';
import { colourOfShare, type Style } from '../style.js';
import { sparkline } from '../top/bars.js';
import { printable } from '../top/printable.js';
import type { HistoryAnswer } from './answer.js';

type Values = readonly (number | null)[];

const NAME_WIDTH = 25;
const VALUE_WIDTH = 9;
const SPARK_MIN = 16;
const SPARK_MAX = 60;

/** What the last minutes were like: of each column its newest value, the mean, the highest, and its course. Ends with a line feed. */
export function renderTable(
  answer: HistoryAnswer,
  options: { readonly columns: number; readonly style: Style; readonly hasBlocks: boolean },
): string {
  const { identifier, seconds, rows, interval_ms, step_ms, time_ms, columns } = answer;
  const { style, hasBlocks } = options;
  const past = `the last ${duration(seconds)}`;
  const name = printable(identifier);
  const heading = (text: string): string[] =>
    wrap(`${name}${text}`, options.columns).map((line) => line.replace(name, (whole) => style.bold(whole)));
  const newestMs = time_ms.at(-1);
  if (newestMs === undefined) return `${heading(`: no sample was taken in ${past}`).join('\n')}\n`;
  const until = new Date(newestMs).toISOString().replace('T', ' ').slice(0, 19);
  // Where there are few points, each has a mark.
  const points = Math.floor((seconds * 1_000) / step_ms);
  const width = Math.min(SPARK_MAX, points, options.columns - NAME_WIDTH - 3 * VALUE_WIDTH - 2);
  // Where the numbers have no room beside the names, they have it below them.
  const isNarrow = options.columns < NAME_WIDTH + 3 * VALUE_WIDTH;
  const indent = isNarrow ? '' : ' '.repeat(NAME_WIDTH);
  const scale = `${duration(seconds)} ago${'now'.padStart(width - duration(seconds).length - 4)}`;
  const head = ['now', 'mean', 'max'].map((each) => each.padStart(VALUE_WIDTH)).join('');
  const lines = columns.map((column) => {
    const mean = answer.mean[column] ?? [];
    const max = answer.max[column] ?? [];
    const isShare = column.endsWith('_pct');
    const figures = [mean.at(-1) ?? null, meanOf(mean), highestOf(max)].map((value) =>
      figure(value, isShare, style),
    );
    const course = width < SPARK_MIN ? '' : `  ${courseOf(max, isShare, width, answer, hasBlocks)}`;
    return isNarrow
      ? `${column}\n${figures.join('')}`
      : `${column.padEnd(NAME_WIDTH)}${figures.join('')}${course}`.trimEnd();
  });
  const made = `${count(rows, 'sample')}, ${interval_ms} ms apart, in ${count(time_ms.length, 'point')} of ${step_ms} ms`;
  return `${[
    ...heading(`, ${past} until ${until} UTC`),
    ...wrap(made, options.columns).map(style.dim),
    '',
    style.dim(`${indent}${head}${width < SPARK_MIN ? '' : `  ${scale}`}`),
    ...lines,
  ].join('\n')}\n`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}

function figure(value: number | null, isShare: boolean, style: Style): string {
  if (value === null) return style.yellow('unknown'.padStart(VALUE_WIDTH));
  if (!isShare) return value.toFixed(2).padStart(VALUE_WIDTH);
  return colourOfShare(value, style)(`${value.toFixed(1)} %`.padStart(VALUE_WIDTH));
}

/**
 * The whole time in `width` marks, each the highest of the points that end in its share of it, so that no peak is lost. The oldest may have
 * begun before it.
 */
function courseOf(
  values: Values,
  isShare: boolean,
  width: number,
  answer: HistoryAnswer,
  hasBlocks: boolean,
): string {
  const { age_ms, seconds } = answer;
  const marks = new Array<number>(width).fill(Number.NaN);
  for (const [point, value] of values.entries()) {
    const mark = Math.max(0, width - 1 - Math.floor((age_ms[point]! / (seconds * 1_000)) * width));
    const known = marks[mark]!;
    if (value !== null && !(value <= known)) marks[mark] = value;
  }
  return sparkline(marks, isShare ? 100 : (highestOf(values) ?? 0), hasBlocks);
}

function highestOf(values: Values): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((highest, value) => Math.max(highest, value));
}

function meanOf(values: Values): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}
