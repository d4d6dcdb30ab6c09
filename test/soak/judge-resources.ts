import type { Holdings } from '../support/leaks.js';
import type { Sample } from './resources.js';
import { atMost, type Row, type Section, told } from './rows.js';
import { theilSen } from './slope.js';

/**
 * A thread that was replaced leaves some of malloc's and V8's memory in other places than before. What a soak of any length may have grown
 * by is as much as the fault tests allow for that; what grows for good passes it sooner or later.
 */
const NOISE_BYTES = 12_000_000;
const WARM_UP_SHARE = 1 / 3;
const WARM_UP_MAX_MS = 300_000;
const MB = 1e6;
const HOUR_MS = 3_600_000;

/** What the daemon held before the load and after it, and in between, as rows. */
export function judgeResources(evidence: {
  readonly samples: readonly Sample[];
  readonly before: Holdings;
  readonly after: Holdings;
}): Section {
  const { samples, before, after } = evidence;
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined)
    return { title: 'Resources', rows: [atMost('samples that are missing', 1, 0)] };
  const spanMs = last.atMs - first.atMs;
  const warm = samples.filter(
    ({ atMs }) => atMs - first.atMs >= Math.min(WARM_UP_MAX_MS, spanMs * WARM_UP_SHARE),
  );
  // The connection to the backend may be there or not.
  const descriptors = before.descriptors.length + 1;
  const most = (value: (sample: Sample) => number): number => Math.max(...samples.map(value));
  return {
    title: 'What the daemon holds, with its child processes',
    rows: [
      ...growth('RSS', warm, ({ rssBytes }) => rssBytes),
      ...growth('in no file', warm, ({ anonymousBytes }) => anonymousBytes),
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

function growth(name: string, warm: readonly Sample[], bytes: (sample: Sample) => number): Row[] {
  const slope = theilSen(warm.map((sample) => ({ x: sample.atMs / HOUR_MS, y: bytes(sample) / MB })));
  const spanHours = ((warm.at(-1)?.atMs ?? Number.NaN) - (warm[0]?.atMs ?? Number.NaN)) / HOUR_MS;
  const limit = NOISE_BYTES / MB / spanHours;
  const show = (value: number): string => value.toFixed(1);
  return [
    {
      what: `${name}: slope after warm-up, MB an hour`,
      figure: `${show(slope.value)} (${show(slope.low)} to ${show(slope.high)})`,
      limit: `≤ ${show(limit)}`,
      isMet: slope.value <= limit,
    },
    told('  first and last tenth', `${show(tenth(warm, bytes, 0))}, ${show(tenth(warm, bytes, 9))} MB`),
  ];
}

/** The median of one tenth of the samples, MB. */
function tenth(samples: readonly Sample[], bytes: (sample: Sample) => number, index: number): number {
  const size = samples.length / 10;
  const part = samples.slice(Math.floor(index * size), Math.max(1, Math.ceil((index + 1) * size)));
  const sorted = part.map(bytes).sort((a, b) => a - b);
  return (sorted[sorted.length >> 1] ?? Number.NaN) / MB;
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
