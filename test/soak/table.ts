import { percentile } from '../../bench/support/statistics.js';
import { type Deaths, LASTING_THREADS } from './cards.js';
import type { Outcome } from './players.js';
import { atMost, type Row, type Section, told } from './rows.js';

const WIDTHS = { what: 58, figure: 24, limit: 20 };

/** How the faults went, a line for each kind, as rows. `deaths`: how often each thread has died in all. */
export function judgeFaults(
  outcomes: readonly Outcome[],
  moods: number,
  missing: readonly string[],
  deaths: Deaths,
): Section {
  const played = outcomes.filter(({ skipped }) => skipped === null);
  const names = [...new Set(played.map(({ name }) => name))].sort();
  const problems = played.flatMap(({ name, problem }) => (problem === null ? [] : [`${name}: ${problem}`]));
  return {
    title: 'Faults: how often, and after how long all was well',
    rows: [
      told(`played, of ${outcomes.length} that were planned`, played.length),
      ...missing.map((reason) => told('not played', reason)),
      ...names.map((name) => {
        const times = played.filter((each) => each.name === name).map(({ backMs }) => backMs / 1_000);
        const [half, longest] = [percentile(times, 0.5), percentile(times, 1)];
        return told(`  ${name}`, `${times.length} ×  ${half.toFixed(1)} s, longest ${longest.toFixed(1)} s`);
      }),
      told('times in which the backend was bad', moods),
      ...LASTING_THREADS.map((thread) => {
        const known = outcomes.reduce((sum, outcome) => sum + (outcome.deaths[thread] ?? 0), 0);
        const unknown = (deaths[thread] ?? 0) - known;
        return atMost(`deaths of the ${thread} thread besides the ${known} of faults`, unknown, 0);
      }),
      atMost('faults from which it did not recover', problems.length, 0, '', problems),
    ],
  };
}

/** All sections as one aligned table. */
export function renderTable(sections: readonly Section[]): string {
  const lines = [line('', 'figure', 'limit', 'verdict')];
  for (const { title, rows } of sections) lines.push('', title, ...rows.flatMap(renderRow));
  return lines.join('\n');
}

/** What is not within its limit, a sentence each. */
export function failuresOf(sections: readonly Section[]): string[] {
  return sections.flatMap(({ title, rows }) =>
    rows
      .filter(({ isMet }) => isMet === false)
      .map(({ what, figure, limit }) => `${title}: ${what.trim()}: ${figure} (${limit})`),
  );
}

function renderRow({ what, figure, limit, isMet, details = [] }: Row): string[] {
  const verdict = isMet === null ? '' : isMet ? 'met' : 'FAILED';
  const shown = isMet === false ? details.map((detail) => `      ${detail}`) : [];
  return [line(`  ${what}`, figure, limit, verdict), ...shown];
}

function line(what: string, figure: string, limit: string, verdict: string): string {
  const { what: w, figure: f, limit: l } = WIDTHS;
  return `${what.padEnd(w)} ${figure.padStart(f)}  ${limit.padEnd(l)} ${verdict}`.trimEnd();
}
