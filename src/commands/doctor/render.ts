import { wrap } from '../../wrap.js';
import type { Style } from '../style.js';
import type { Finding, Verdict } from './finding.js';

const VERDICT_WIDTH = 9;
const NAME_WIDTH = 15;
/** Narrower than this it is left to the terminal to wrap. */
const LEAST_WIDTH = 50;
const MOST_WIDTH = 110;

/** The findings as a person reads them, in lines of at most `columns` characters as far as words allow. */
export function render(findings: readonly Finding[], columns: number, style: Style): string {
  const paint = { ok: style.green, warning: style.yellow, problem: style.red } as const;
  const indent = ' '.repeat(VERDICT_WIDTH + NAME_WIDTH);
  const room = Math.min(MOST_WIDTH, Math.max(LEAST_WIDTH, columns)) - indent.length;
  const lines = findings.flatMap(({ name, verdict, found, advice }) => {
    const [first = '', ...rest] = wrap(found, room);
    const head = `${paint[verdict](verdict.padEnd(VERDICT_WIDTH))}${style.bold(name.padEnd(NAME_WIDTH))}${first}`;
    const what = advice === null ? [] : wrap(`To do: ${advice}`, room);
    return [head, ...rest.map((line) => indent + line), ...what.map((line) => indent + line)];
  });
  return `${lines.join('\n')}\n\n${summarize(findings)}\n`;
}

function summarize(findings: readonly Finding[]): string {
  const count = (wanted: Verdict) => findings.filter(({ verdict }) => verdict === wanted).length;
  const many = (number: number, word: string) => `${number} ${word}${number === 1 ? '' : 's'}`;
  return `${count('ok')} ok, ${many(count('warning'), 'warning')}, ${many(count('problem'), 'problem')}`;
}
