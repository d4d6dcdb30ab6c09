/** The two formats that Prometheus reads: OpenMetrics 1.0, and the older classic text format. */
export const FORMATS = {
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  classic: 'text/plain; version=0.0.4; charset=utf-8',
} as const;
export type Format = keyof typeof FORMATS;

/** One value. NaN and null: unknown. */
export interface Sample {
  /** In a histogram: the suffix appended to the family's name. */
  readonly suffix?: '_bucket' | '_sum' | '_count';
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | null;
}

/** A metric family: the samples of one name. */
export interface Family {
  /** Ends with the unit, without `_total` or `_info`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'info' | 'histogram';
  /** On one line, and without quotes and backslashes. */
  readonly help: string;
  readonly samples: readonly Sample[];
}

const UNITS = ['seconds', 'bytes', 'ratio'];
const SUFFIXES = { gauge: '', counter: '_total', info: '_info', histogram: '' } as const;

/**
 * Writes families as text. Leaves out unknown values, and families without any known value.
 *
 * Does not use prom-client: the numbers lie in frames and are read at request time, but a library would keep a second copy of them in its
 * own objects.
 * @see https://prometheus.io/docs/specs/om/open_metrics_spec/
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 */
export function renderFamilies(families: readonly Family[], format: Format): string {
  const isOpen = format === 'openmetrics';
  let text = '';
  for (const { name, type, help, samples } of families) {
    const known = samples.filter(({ value }) => value !== null && Number.isFinite(value));
    if (known.length === 0) continue;
    const sampleName = `${name}${SUFFIXES[type]}`;
    // In the classic text a family has the name of its samples, and there is no `info` type.
    const familyName = isOpen ? name : sampleName;
    text += `# TYPE ${familyName} ${!isOpen && type === 'info' ? 'gauge' : type}\n`;
    const unit = UNITS.find((each) => name.endsWith(`_${each}`));
    if (isOpen && unit !== undefined) text += `# UNIT ${familyName} ${unit}\n`;
    text += `# HELP ${familyName} ${help}\n`;
    for (const { suffix = '', labels, value } of known)
      text += `${sampleName}${suffix}${renderLabels(labels)} ${value}\n`;
  }
  return isOpen ? `${text}# EOF\n` : text;
}

function renderLabels(labels: Sample['labels']): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

/** Prometheus' parser takes a NUL for the end of the text, and would reject all of it. */
function escaped(text: string): string {
  if (!/[\\"\n\0]/.test(text)) return text;
  return text.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\0', '\ufffd');
}

/** A family of one sample without labels. */
export function single(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  value: Sample['value'],
): Family {
  return { type, name, help, samples: [{ labels: {}, value }] };
}

/** A family of one sample for each value of one label. */
export function labelled(
  type: 'gauge' | 'counter',
  name: string,
  help: string,
  label: string,
  values: Readonly<Record<string, Sample['value']>>,
): Family {
  const samples = Object.entries(values).map(([each, value]) => ({ labels: { [label]: each }, value }));
  return { type, name, help, samples };
}

/**
 * A histogram. `counts`: the number of observations of at most `le`, for each `le` in ascending order, `+Inf` last. `sum`: the sum of all
 * observations. It has no samples if nothing was observed.
 */
export function histogram(
  name: string,
  help: string,
  counts: readonly (readonly [le: string, count: number])[],
  sum: number,
): Family {
  const buckets = counts.map(([le, value]) => ({ suffix: '_bucket' as const, labels: { le }, value }));
  const count = counts.at(-1)?.[1] ?? 0;
  const samples: readonly Sample[] = [
    ...buckets,
    { suffix: '_sum', labels: {}, value: sum },
    { suffix: '_count', labels: {}, value: count },
  ];
  return { type: 'histogram', name, help, samples: count > 0 ? samples : [] };
}

/** A family whose information is in its labels: a sample that is always 1. */
export function info(name: string, help: string, labels: Sample['labels']): Family {
  return { type: 'info', name, help, samples: [{ labels, value: 1 }] };
}
