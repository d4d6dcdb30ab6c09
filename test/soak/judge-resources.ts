import type { Holdings } from '../support/leaks.js';
import { judgeGrowth } from './judge-growth.js';
import type { Sample } from './resources.js';
import { atMost, type Section, told } from './rows.js';

const MB = 1e6;

/** What the daemon held before the load and after it, and in between, as rows. */
export function judgeResources(evidence: {
  readonly samples: readonly Sample[];
  readonly before: Holdings;
  readonly after: Holdings;
}): Section {
  const { samples, before, after } = evidence;
  if (samples.length === 0) return { title: 'Resources', rows: [atMost('samples that are missing', 1, 0)] };
  // The connection to the backend may be there or not.
  const descriptors = before.descriptors.length + 1;
  const most = (value: (sample: Sample) => number): number => Math.max(...samples.map(value));
  return {
    title: 'What the daemon holds, with its child processes',
    rows: [
      ...judgeGrowth('RSS', samples, ({ rssBytes }) => rssBytes),
      ...judgeGrowth('in no file', samples, ({ anonymousBytes }) => anonymousBytes),
      told('most RSS at any time', `${Math.round(most(({ rssBytes }) => rssBytes) / MB)} MB`),
      atMost('threads after it all', after.threads, before.threads),
      told(
        '  most',
        most(({ threads }) => threads),
      ),
      atMost('descriptors after it all', after.descriptors.length, descriptors, '', changed(before, after)),
      told(
        '  most',
        most(({ descriptors: held }) => held),
      ),
      told(
        'child processes, most at a time',
        most(({ children }) => children),
      ),
      told('CPU, of one core, with what lets the faults in', `${cpuPct(samples).toFixed(2)} %`),
      told('  outside of faults', `${cpuPct(samples, ({ isFaulty }) => !isFaulty).toFixed(2)} %`),
    ],
  };
}

function cpuPct(samples: readonly Sample[], counts: (sample: Sample) => boolean = () => true): number {
  let cpuMs = 0;
  let wallMs = 0;
  for (const [index, sample] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined || !counts(sample)) continue;
    cpuMs += sample.cpuMs - before.cpuMs;
    wallMs += sample.atMs - before.atMs;
  }
  return (100 * cpuMs) / wallMs;
}

/** The descriptors that are there now and were not, by what they lead to. */
function changed(before: Holdings, after: Holdings): string[] {
  const old = [...before.descriptors];
  return after.descriptors.filter((each) => {
    const index = old.indexOf(each);
    if (index >= 0) old.splice(index, 1);
    return index < 0;
  });
}
