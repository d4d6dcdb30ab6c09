import { duration, timeOfDay } from './format.js';
import type { LinkLook } from './link.js';

/** What is said of how all is. */
export interface Status {
  readonly level: 'quiet' | 'good' | 'warn' | 'bad';
  readonly state: string;
  readonly detail: string;
  /** Whether what is shown is no longer how it is. */
  readonly isOld: boolean;
}

export interface StatusInput {
  readonly look: LinkLook;
  readonly isPaused: boolean;
  /** Of the last /health; none, when there is none yet. */
  readonly problems: readonly string[];
  readonly intervalMs: number;
}

/** Puts the state into words. */
export function statusOf({ look, isPaused, problems, intervalMs }: StatusInput): Status {
  const { state, ageMs, sinceMs, message } = look;
  const since =
    ageMs === null || sinceMs === null
      ? 'nothing has come yet'
      : `since ${timeOfDay(sinceMs)}, for ${duration(ageMs / 1_000)}`;
  if (state === 'locked') return status('warn', 'Locked', 'the bridge wants a token');
  if (isPaused) return status('quiet', 'Paused', 'nothing new is shown until it goes on');
  switch (state) {
    case 'connecting':
      return status('quiet', 'Connecting', 'to the Monitor of this host');
    case 'still':
      return status(
        'bad',
        'Stale',
        `the Monitor answers, but its newest sample stands still, ${since}`,
        true,
      );
    case 'stopped':
      return status('bad', 'No samples', `${message || 'the Monitor has none'}, ${since}`, true);
    case 'unreachable':
      return status('bad', 'Unreachable', `the Monitor does not answer, ${since}`, true);
    case 'refused':
      return status('bad', 'Refused', message || 'the Monitor answers something else than expected', true);
    case 'live':
      return problems.length === 0
        ? status('good', 'Live', cadence(intervalMs))
        : status('warn', 'Degraded', problems.join('; '));
  }
}

function cadence(intervalMs: number): string {
  const hz = 1_000 / intervalMs;
  return hz >= 1
    ? `${Number(hz.toFixed(1))} samples a second`
    : `a sample every ${duration(Math.round(intervalMs / 1_000))}`;
}

function status(level: Status['level'], state: string, detail: string, isOld = false): Status {
  return { level, state, detail, isOld };
}

/** What is spoken of when it changes: not ages, which always do. */
export function announcement({ state, detail, level }: Status): string {
  if (state === 'Degraded') return `Degraded: ${detail}`;
  return level === 'bad' ? `${state}: what is shown is old` : state;
}
