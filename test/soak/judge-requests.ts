import { percentile } from '../../bench/support/statistics.js';
import type { Push } from './plugin-host.js';
import { atLeast, atMost, type Section, told } from './rows.js';
import type { ClientTally } from './steady-client.js';
import type { Windows } from './windows.js';

/** How much later than it failed a push may say so. */
const PUSH_LIMIT_MS = 6_000;

/** What the clients saw, as rows. */
export function judgeRequests(clients: readonly ClientTally[], healthFailed: number): Section {
  const rows = clients.flatMap((tally) => {
    const isComplete = tally.sent - tally.answered - tally.unavailable - tally.excused - tally.failed;
    const p99 = percentile(tally.latenciesMs, 0.99);
    return [
      atLeast(`${tally.name}: sent`, tally.sent, 1),
      told('  answered with a sound snapshot', tally.answered),
      told('  503 while a fault stops the frames', tally.unavailable),
      told('  no connection while a fault forbids it', tally.excused),
      atMost('  failed', tally.failed, 0, '', tally.problems),
      atMost('  neither answered nor failed', Math.abs(isComplete), 0),
      told('  p50 / p99 / longest outside of faults', latency(tally, p99)),
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

function latency({ latenciesMs }: ClientTally, p99: number): string {
  const p50 = percentile(latenciesMs, 0.5);
  return `${[p50, p99, percentile(latenciesMs, 1)].map((ms) => ms.toFixed(1)).join(' / ')} ms`;
}
