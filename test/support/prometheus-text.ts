/** One line of what /metrics answered. */
export interface TextSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const LINE = /^([a-z][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/su;
const LABEL = /([a-z_]+)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gu;

/**
 * Reads either format, and no more of it than the Monitor writes.
 * @throws Error at a line that is neither a comment nor a sample
 */
export function parseExposition(text: string): readonly TextSample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return lines.map((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? [];
    const pairs = [...labels.matchAll(LABEL)];
    const isWhole = pairs.map(([pair]) => pair).join('') === labels;
    if (name === undefined || Number.isNaN(Number(value)) || !isWhole)
      throw new Error(`not a sample: ${line}`);
    const unescaped = (all: string) =>
      all.replace(/\\(.)/gu, (_, each: string) => (each === 'n' ? '\n' : each));
    return {
      name,
      labels: Object.fromEntries(pairs.map(([, label = '', escaped = '']) => [label, unescaped(escaped)])),
      value: Number(value),
    };
  });
}

/** The value of the one sample of that name with these labels, and maybe others; undefined: there is none. */
export function sampleValue(
  samples: readonly TextSample[],
  name: string,
  labels: TextSample['labels'] = {},
): number | undefined {
  const wanted = Object.entries(labels);
  const found = samples.filter(
    (sample) => sample.name === name && wanted.every(([label, value]) => sample.labels[label] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} samples of ${name}`);
  return found[0]?.value;
}
