import { BEAT_CLASSES, type BeatClass } from '../../src/shared/messages.js';
import type { Beat } from './flapping-backend.js';
import type { Attempt } from './health-watch.js';
import { judgeSchedule } from './judge-schedule.js';
import { generationOf, PUSH_SECONDS } from './plugin-host.js';
import { atLeast, atMost, type Row, type Section, sameCount, told } from './rows.js';
import type { Windows } from './windows.js';

/** What a busy machine may add to a time, and how coarsely /health tells it. */
const SLACK_MS = 1_500;
/** A push of the plugin's is given up after this. */
const PUSH_LIMIT_MS = 5_000;

/** What both ends say of the heartbeats. */
export interface BeatEvidence {
  readonly beats: readonly Beat[];
  /** What the daemon counted. */
  readonly counts: Readonly<Record<string, number>>;
  readonly attempts: readonly Attempt[];
  readonly intervalMs: number;
  readonly maxInFlight: number;
  /** When the plugin began, and when each generation of agents came. */
  readonly pluginStartMs: number;
  readonly changes: readonly number[];
  readonly endMs: number;
  readonly windows: Windows;
}

/** What both ends say of the heartbeats, as rows. */
export function judgeBeats(evidence: BeatEvidence): Section {
  const { beats, counts, windows } = evidence;
  // The thread was struck while the beat was under way: it was answered, and nobody was there to hear.
  const isUnsure = ({ atMs, endMs }: Beat): boolean => windows.covers(atMs, endMs, 'beats');
  const fated = (fate: Beat['fate']) => beats.filter((beat) => beat.fate === fate);
  const accepted = fated('accepted');
  const unanswered = fated('no answer');
  const unsure = accepted.filter(isUnsure).length;
  const counted = counts['accepted'] ?? 0;
  const noAnswer = (counts['timeout'] ?? 0) + (counts['unreachable'] ?? 0);
  const firm = unanswered.filter((beat) => !isUnsure(beat)).length;
  const rows: Row[] = [
    atLeast('accepted by the backend', accepted.length, 1),
    told('  of which nobody may have heard (the thread was struck)', unsure),
    atMost(
      '  lost: accepted, and the daemon knows nothing of it',
      Math.max(0, accepted.length - unsure - counted),
      0,
    ),
    atMost('  made up: counted by the daemon alone', Math.max(0, counted - accepted.length), 0),
    atMost('  double: sooner behind another than any schedule has it', countDoubles(evidence), 0),
    ...BEAT_CLASSES.filter(isRefusal).map((each) =>
      sameCount(
        `${each}: backend / daemon`,
        fated(each).length,
        counts[each] ?? 0,
        fated(each).filter(isUnsure).length,
      ),
    ),
    told('arrived and got no answer: not known whether kept', unanswered.length),
    atLeast('timeout and unreachable, as the daemon counts', noAnswer, firm),
    atMost('not as the contract has it', beats.filter(({ problem }) => problem !== null).length, 0, '', [
      ...new Set(beats.flatMap(({ problem }) => problem ?? [])),
    ]),
    atMost('under way at one time', evidence.maxInFlight, 1),
    ...judgeSchedule(evidence, accepted),
    judgeMetadata(evidence),
  ];
  return { title: `Heartbeats, every ${evidence.intervalMs / 1_000} s`, rows };
}

function isRefusal(each: BeatClass): boolean {
  return each === 'server_error' || each === 'throttled' || each === 'unauthorized' || each === 'rejected';
}

/** Beats that came when no schedule lets one come: half an interval, less its jitter, lies between two. */
function countDoubles({ beats, intervalMs, windows }: BeatEvidence): number {
  const least = 0.45 * intervalMs;
  return beats.filter((beat, index) => {
    const before = beats[index - 1];
    return (
      before !== undefined &&
      beat.atMs - before.atMs < least &&
      !windows.covers(before.atMs, beat.atMs, 'beats')
    );
  }).length;
}

/** Whether the heartbeats told what the plugin had pushed: no older than a push interval, and what failed in between. */
function judgeMetadata({ beats, attempts, pluginStartMs, changes, windows }: BeatEvidence): Row {
  const outdated: string[] = [];
  let told = 0;
  const limitMs = PUSH_SECONDS * 1_000 + SLACK_MS;
  for (const { atMs, body } of beats) {
    const generation = generationOf(body);
    if (generation !== null) told++;
    // The body is made before the backend's address is looked for, which may take as long as an answer.
    const madeMs = attempts.find(({ startMs, endMs }) => startMs <= atMs && atMs <= endMs)?.startMs ?? atMs;
    // The plugin's first push comes after two seconds.
    if (madeMs < pluginStartMs + 2_000 + limitMs) continue;
    const graceMs = windows.covers(madeMs - limitMs - PUSH_LIMIT_MS, madeMs, 'pushes')
      ? 2 * PUSH_LIMIT_MS
      : 0;
    const nextAtMs = generation === null ? pluginStartMs : changes[generation + 1];
    if (nextAtMs === undefined || madeMs - nextAtMs <= limitMs + graceMs) continue;
    const ageMs = Math.round(madeMs - nextAtMs);
    outdated.push(
      `generation ${generation}, ${ageMs} ms after the next; ${Math.round(atMs - madeMs)} ms on its way`,
    );
  }
  const what = `with older metadata than was pushed, of ${told} that had some`;
  return atMost(what, outdated.length, 0, '', outdated);
}
