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

/**
 * The longest time between two heartbeats that were accepted, beside what is allowed for it; met when that holds for all such times. What
 * is allowed: the waits that the daemon had said, the time that its requests took, and the time for which its thread was struck.
 */
function longestGap({ attempts, windows, intervalMs }: BeatEvidence, accepted: readonly Beat[]): Row {
  let longest = { ms: 0, allowedMs: 0, failed: 0 };
  let isMet = true;
  for (const [index, { atMs: toMs }] of accepted.entries()) {
    const fromMs = accepted[index - 1]?.atMs ?? toMs;
    const between = attempts.filter(
      ({ startMs }) => startMs > fromMs - ROUNDING_MS && startMs < toMs - ROUNDING_MS,
    );
    const saidMs = between.reduce((sum, each) => sum + each.endMs - each.startMs + each.nextInMs, 0);
    const excusedMs = windows.excusedMs(fromMs, toMs, 'beats');
    // One that died with the thread is not told of, and the next comes at its proper time once the thread is there again.
    const struckMs = excusedMs > 0 ? excusedMs + ANSWER_LIMIT_MS + RESTART_MS + 1.5 * intervalMs : 0;
    const allowedMs = saidMs + struckMs + SLACK_MS;
    if (toMs - fromMs > allowedMs) isMet = false;
    if (toMs - fromMs > longest.ms) {
      const failed = between.filter(({ result }) => result !== 'accepted').length;
      longest = { ms: toMs - fromMs, allowedMs, failed };
    }
  }
  return {
    what: `longest time between two that were accepted, ${longest.failed} failed in it`,
    figure: `${text(longest.ms / 1_000)} s`,
    limit: `≤ ${text(longest.allowedMs / 1_000)} s`,
    isMet,
  };
}
