import { percentile } from '../../bench/support/statistics.js';
import type { Push } from './plugin-host.js';
import { atLeast, atMost, type Section, told } from './rows.js';
import type { ClientTally } from './steady-client.js';
import type { Windows } from './windows.js';

/** How much later than it failed a push may say so. */
const PUSH_LIMIT_MS = 6_000;
/** Twice what was seen on two cores with 35 processes that wanted them; a main thread that is held up passes it. */
const P99_LIMIT_MS = 250;

/** What the clients saw, as rows. */
export function judgeRequests(clients: readonly ClientTally[], healthFailed: number): Section {
  const rows = clients.flatMap((tally) => {
    const isComplete = tally.sent - tally.answered - tally.unavailable - tally.excused - tally.failed;
    return [
      atLeast(`${tally.name}: sent`, tally.sent, 1),
      told('  answered with a sound snapshot', tally.answered),
      told('  503 while a fault stops the frames', tally.unavailable),
      told('  no connection while a fault forbids it', tally.excused),
      atMost('  failed', tally.failed, 0, '', tally.problems),
      atMost('  neither answered nor failed', Math.abs(isComplete), 0),
      atMost('  p99 outside of faults', percentile(tally.latenciesMs, 0.99), P99_LIMIT_MS, ' ms'),
      told('  p50 / longest outside of faults', latency(tally)),
    ];
  });
  return { title: 'Requests', rows: [...rows, atMost('/health: failed', healthFailed, 0)] };
}

/** What the plugin told of its pushes, as rows. */
export function judgePushes(pushes: readonly Push[], windows: Windows): Section {
  const failures = pushes.filter(({ isAccepted }) => !isAccepted);
  const isExcused = ({ atMs }: Push): boolean => windows.covers(atMs - PUSH_LIMIT_MS, atMs, 'pushes');
  return {
    title: 'The plugin',
    rows: [
      atLeast('pushes that were accepted', pushes.length - failures.length, 1),
      told('failed while a fault says so', failures.filter(isExcused).length),
      atMost('failed', failures.filter((push) => !isExcused(push)).length, 0),
    ],
  };
}

function latency({ latenciesMs }: ClientTally): string {
  return `${[0.5, 1].map((share) => percentile(latenciesMs, share).toFixed(1)).join(' / ')} ms`;
}
