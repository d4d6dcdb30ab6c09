import {
  always,
  type Backend,
  between,
  comeBackAt,
  comeBackIn,
  up,
  withCapacity,
  withQuota,
} from './backend.js';
import type { Course } from './fleet.js';

/** With nothing the matter: the most requests in any second, as a multiple of the mean. */
const STEADY_LIMIT = 1.2;
/** The same whatever happens. */
const TROUBLE_LIMIT = 2;

/** A stretch of a scenario that is judged by itself. */
export interface Phase {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly limit: number;
}

/** A course with what is looked at in it. */
export interface Scenario {
  readonly name: string;
  readonly course: Course;
  readonly phases: readonly Phase[];
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** When trouble begins; until then the fleet runs as ever. */
const TROUBLE_MS = MINUTE_MS;
const WATCHED_AFTER_MS = 5 * MINUTE_MS;

/** All that happens to the fleet, one after another, for hosts that report every `intervalMs`. */
export function scenarios(hosts: number, intervalMs: number): Scenario[] {
  const meanRps = (hosts * SECOND_MS) / intervalMs;
  const runningBefore = (share: number) => share * intervalMs - 2 * intervalMs;

  const steady = (): Scenario => ({
    name: 'steady state',
    course: { bootMs: runningBefore, backend: up, endMs: 5 * MINUTE_MS, watchedFromMs: 0 },
    phases: [{ name: 'five minutes', fromMs: 0, toMs: 5 * MINUTE_MS, limit: STEADY_LIMIT }],
  });
  const start = (name: string, course: Partial<Course>, lastsMs = 0): Scenario => {
    const endMs = lastsMs + 4 * MINUTE_MS;
    return {
      name,
      course: { bootMs: () => 0, backend: up, endMs, watchedFromMs: course.restartMs ?? 0, ...course },
      phases: [{ name: 'from then on', fromMs: course.restartMs ?? 0, toMs: endMs, limit: TROUBLE_LIMIT }],
    };
  };
  const trouble = (
    name: string,
    lastsMs: number,
    backendFor: (backMs: number) => Backend,
    afterwards = up,
  ): Scenario => {
    const backMs = TROUBLE_MS + lastsMs;
    const endMs = backMs + WATCHED_AFTER_MS;
    const otherwise = between(0, TROUBLE_MS, up, afterwards);
    const backend = between(TROUBLE_MS, backMs, backendFor(backMs), otherwise);
    return {
      name,
      course: { bootMs: runningBefore, backend, endMs, watchedFromMs: backMs },
      phases: [
        { name: 'during it', fromMs: TROUBLE_MS, toMs: backMs, limit: TROUBLE_LIMIT },
        { name: 'after it', fromMs: backMs, toMs: endMs, limit: TROUBLE_LIMIT },
      ],
    };
  };
  const refused = always({ kind: 'refused' });
  const hanging = always({ kind: 'hanging' });
  const unavailable = always({ kind: 'answered', status: 503 });
  const tenMinutes = 10 * MINUTE_MS;

  return [
    steady(),
    start('all boot in the same instant', {}),
    start('all boot within ten minutes', { bootMs: (share) => share * tenMinutes }, tenMinutes),
    start('all are upgraded in the same instant', { bootMs: runningBefore, restartMs: MINUTE_MS }),
    trouble('connections refused for 10 min', tenMinutes, () => refused),
    trouble('no answers for 10 min', tenMinutes, () => hanging),
    trouble('503 for 10 min', tenMinutes, () => unavailable),
    trouble('connections refused for 20 s', 20 * SECOND_MS, () => refused),
    trouble('connections refused for 1 min', MINUTE_MS, () => refused),
    trouble('503, Retry-After: 1 for 10 min', tenMinutes, () => comeBackIn(1, 503)),
    trouble('429, Retry-After: 60 for 10 min', tenMinutes, () => comeBackIn(60)),
    trouble('429, Retry-After: the end of 10 min', tenMinutes, (backMs) => comeBackAt(backMs)),
    trouble('429 for all over 80 % for 10 min', tenMinutes, () => withCapacity(0.8 * meanRps, comeBackIn(5))),
    trouble('429 once a quota a minute of 80 % is used', tenMinutes, () => withQuota(48 * meanRps)),
    trouble(
      'refused for 10 min, then room for 90 %',
      tenMinutes,
      () => refused,
      withCapacity(0.9 * meanRps, comeBackIn(5)),
    ),
  ];
}
