import { duration } from '../shared/duration.js';
import { FIELDS, type Field, type Source } from '../shared/fields.js';
import { wrap } from '../wrap.js';
import type { Details } from './details.js';
import { describeDetails } from './once-details.js';
import { colourOfShare, type Paint, type Style } from './style.js';

/** The JSON of `GET /telemetry`; null is unknown. */
export type Telemetry = Readonly<Record<string, unknown>> &
  Details & {
    readonly identifier: string;
    readonly sampled_at: string;
    readonly stale?: readonly string[];
    readonly stale_seconds?: Readonly<Record<string, number>>;
  };

const NAME_WIDTH = 16;
const VALUE_WIDTH = 8;
const INDENT = '  ';

/** The snapshot as a person reads it: each value with its unit, a bar where it is a share, and what it means. Ends with a line feed. */
export function renderTable(
  telemetry: Telemetry,
  options: { readonly columns: number; readonly style: Style; readonly diskPath: string },
): string {
  const { style, diskPath } = options;
  const width = Math.max(40, Math.min(100, options.columns));
  const at = telemetry.sampled_at.replace('T', ' ').replace(/\.\d+Z$/, ' UTC');
  const lines = [`${style.bold(printable(telemetry.identifier))} at ${at}`, ''];
  const add = (name: string, described: string, help: string): void => {
    lines.push(
      `${INDENT}${name.padEnd(NAME_WIDTH)}${described}`,
      ...wrap(help, width - 2 * INDENT.length).map((line) => `${INDENT}${INDENT}${style.dim(line)}`),
    );
  };
  for (const field of FIELDS) {
    const help =
      field.source === 'disk' ? field.help.replace('the disk path', printable(diskPath)) : field.help;
    add(field.name, describe(telemetry, field, width, style), help);
  }
  for (const { name, source, text, help } of describeDetails(telemetry))
    add(name, describeText(text, width, style) + staleness(telemetry, source, style), help);
  return `${lines.join('\n')}\n`;
}

/** A field's value and what is beside it on its line. */
function describe(telemetry: Telemetry, field: Field, width: number, style: Style): string {
  const value = telemetry[field.name] ?? null;
  const stale = staleness(telemetry, field.source, style);
  if (value === null) return describeText(null, width, style) + stale;
  if (field.unit === 'percent') {
    const pct = value as number;
    const paint = colourOfShare(pct, style);
    const room = stale === '' ? width - NAME_WIDTH - VALUE_WIDTH - 3 * INDENT.length : 10;
    return `${paint(`${pct.toFixed(1)} %`.padStart(VALUE_WIDTH))}  ${bar(pct, Math.min(40, room), paint, style)}${stale}`;
  }
  return describeText(valueText(value, field), width, style) + stale;
}

function staleness({ stale_seconds }: Telemetry, source: Source, style: Style): string {
  const age = stale_seconds?.[source];
  return age === undefined ? '' : `  ${style.yellow(`stale: no new value for ${duration(age)}`)}`;
}

/** Null: unknown. */
function describeText(text: string | null, width: number, style: Style): string {
  if (text === null) return style.yellow('unknown'.padStart(VALUE_WIDTH));
  const [first = '', ...more] = wrap(text, width - NAME_WIDTH - 2 * INDENT.length);
  const behind = more.map((line) => `\n${' '.repeat(NAME_WIDTH + 2 * INDENT.length)}${line}`);
  return `${INDENT}${first}${behind.join('')}`;
}

function valueText(value: unknown, field: Field): string {
  if (field.kind === 'numbers')
    return (value as number[]).map((each) => each.toFixed(field.decimals)).join('  ');
  if (field.kind === 'flag') return value === true ? 'yes' : 'no';
  if (field.kind === 'names') return (value as string[]).map(printable).join(', ') || 'none';
  return `${value as number} s (${duration(value as number)})`;
}

function bar(pct: number, width: number, paint: Paint, { bar: [full, empty], dim }: Style): string {
  const filled = Math.round((Math.min(100, Math.max(0, pct)) / 100) * width);
  return paint(full.repeat(filled)) + dim(empty.repeat(width - filled));
}

/** Names of files and hosts may hold what a terminal takes for a command. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '?');
}
