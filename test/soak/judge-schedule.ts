import type { BeatClass } from '../../src/shared/messages.js';
import type { Beat } from './flapping-backend.js';
import type { Attempt } from './health-watch.js';
import type { BeatEvidence } from './judge-beats.js';
import { atMost, type Row, text } from './rows.js';
import { ceilingMs } from './schedule-limits.js';

/** The heartbeat's own limit for an answer. */
const ANSWER_LIMIT_MS = 10_000;
/** What a busy machine may add to a time. */
const SLACK_MS = 1_500;
/** How coarsely /health tells a time. */
const ROUNDING_MS = 150;
/** The longest wait of a thread that died before it is started again. */
const RESTART_MS = 5_000;

/** Whether heartbeats came when they were due, as rows. */
export function judgeSchedule(evidence: BeatEvidence, accepted: readonly Beat[]): Row[] {
  const { attempts, intervalMs, endMs } = evidence;
  const last = attempts.at(-1);
  const overdueMs = last === undefined ? Number.NaN : endMs - last.nextMs - ANSWER_LIMIT_MS;
  return [
    atMost(
      'latest behind what the one before had said',
      worstLateMs(evidence) / 1_000,
      SLACK_MS / 1_000,
      ' s',
    ),
    atMost('put off for longer than the rules allow', countTooLong(attempts, intervalMs), 0),
    atMost(
      'still due at the end, beyond the limit for an answer',
      Math.max(0, overdueMs) / 1_000,
      SLACK_MS / 1_000,
      ' s',
    ),
    longestGap(evidence, accepted),
  ];
}

/** How late a heartbeat began at worst, by what the one before had said; those of a thread that was struck are left out. */
function worstLateMs({ attempts, windows }: BeatEvidence): number {
  let worstMs = 0;
  for (const [index, attempt] of attempts.entries()) {
    const before = attempts[index - 1];
    if (before === undefined || attempt.count !== 1 || before.restarts !== attempt.restarts) continue;
    if (windows.covers(before.startMs, attempt.startMs, 'beats')) continue;
    worstMs = Math.max(worstMs, attempt.startMs - before.nextMs);
  }
  return worstMs;
}

function countTooLong(attempts: readonly Attempt[], intervalMs: number): number {
  let tooLong = 0;
  let failures = 0;
  for (const [index, { result, count, restarts, nextInMs }] of attempts.entries()) {
    const isWell = result === 'accepted' || result === 'rejected';
    const isReborn = restarts !== (attempts[index - 1]?.restarts ?? restarts);
    failures = isWell ? 0 : (isReborn ? 0 : failures) + count;
    if (nextInMs > ceilingMs(result as BeatClass, failures, intervalMs) + ROUNDING_MS) tooLong++;
  }
  return tooLong;
}

/** A time between two heartbeats that were accepted. */
interface Silence {
  readonly ms: number;
  readonly allowedMs: number;
  readonly failed: number;
  /** What the daemon said of the heartbeats in it. */
  readonly course: string;
}

/**
 * The longest time between two heartbeats that were accepted, beside what is allowed for it; met when that holds for all such times. What
 * is allowed: the waits that the daemon had said, the time that its requests took, and the time for which its thread was struck.
 */
function longestGap(evidence: BeatEvidence, accepted: readonly Beat[]): Row {
  // Of what was before the first look nothing is known.
  const beginMs = evidence.attempts[0]?.startMs ?? Number.POSITIVE_INFINITY;
  const known = accepted.filter(({ endMs }) => endMs >= beginMs);
  const silences = known.slice(1).map((to, index) => silence(evidence, known[index]!.atMs, to.atMs));
  const tooLong = silences.filter(({ ms, allowedMs }) => ms > allowedMs);
  const longest = (tooLong.length > 0 ? tooLong : silences).reduce<Silence>((a, b) => (b.ms > a.ms ? b : a), {
    ms: 0,
    allowedMs: 0,
    failed: 0,
    course: '',
  });
  return {
    what: `longest time between two that were accepted, ${longest.failed} failed in it`,
    figure: `${text(longest.ms / 1_000)} s`,
    limit: `≤ ${text(longest.allowedMs / 1_000)} s`,
    isMet: tooLong.length === 0,
    details: tooLong.map(
      ({ ms, allowedMs, course }) => `${text(ms)} ms, allowed ${text(allowedMs)}: ${course}`,
    ),
  };
}

function silence({ attempts, windows, intervalMs }: BeatEvidence, fromMs: number, toMs: number): Silence {
  // Half of the shortest time between two is far more than clocks and roundings are apart.
  const nearMs = intervalMs / 4;
  const between = attempts.filter(({ endMs }) => endMs > fromMs - nearMs && endMs < toMs - nearMs);
  // A request may have been on its way for long before it arrived: it looked for the backend's address.
  const arriving = attempts.find(({ endMs }) => endMs >= toMs - nearMs);
  const onItsWayMs = Math.max(0, toMs - (arriving?.startMs ?? toMs));
  const saidMs = between.reduce((sum, each) => sum + each.endMs - each.startMs + each.nextInMs, onItsWayMs);
  const excusedMs = windows.excusedMs(fromMs - nearMs, toMs, 'beats');
  // One that died with the thread is not told of, and the next comes at its proper time once the thread is there again.
  const struckMs = excusedMs > 0 ? excusedMs + ANSWER_LIMIT_MS + RESTART_MS + 1.5 * intervalMs : 0;
  const course = between.map(
    ({ startMs, endMs, result, nextInMs }) =>
      `at ${text(startMs - fromMs)} ${result} after ${text(endMs - startMs)}, next in ${text(nextInMs)}`,
  );
  return {
    ms: toMs - fromMs,
    allowedMs: saidMs + struckMs + SLACK_MS,
    failed: between.filter(({ result }) => result !== 'accepted').length,
    course: `${course.join('; ')}${excusedMs > 0 ? `; struck for ${text(excusedMs)}` : ''}`,
  };
}
