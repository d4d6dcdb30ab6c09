import type { LogLine } from '../support/daemon-process.js';
import { atMost, type Section, told } from './rows.js';

/** Lines of a start and an end. */
const FRAME_LINES = 12;
/** A condition is logged when it comes, once more for each other kind of problem, and when it is resolved; one fault may bring about two. */
const LINES_A_FAULT = 6;
const SHOWN = 30;

/** What was logged, as rows. `troubles`: how many faults and bad backends there were; `secrets`: what must stand nowhere. */
export function judgeLog(lines: readonly LogLine[], troubles: number, secrets: readonly string[]): Section {
  const counts = new Map<string, number>();
  const last = new Map<unknown, string>();
  let repeated = 0;
  for (const line of lines) {
    const { condition, level } = line;
    const message = String(line.msg);
    const short = `${level}  ${message.replace(/\d+(\.\d+)*/g, 'N').slice(0, 64)}`;
    counts.set(short, (counts.get(short) ?? 0) + 1);
    if (condition === undefined) continue;
    if (last.get(condition) === message) repeated++;
    last.set(condition, message);
  }
  const isTold = (line: LogLine): boolean => secrets.some((secret) => JSON.stringify(line).includes(secret));
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).slice(0, SHOWN);
  return {
    title: 'The log',
    rows: [
      atMost('lines', lines.length, FRAME_LINES + LINES_A_FAULT * troubles),
      atMost('that say again what the line before said', repeated, 0),
      atMost('with a key in them', lines.filter(isTold).length, 0),
      ...sorted.map(([message, count]) => told(`  ${message}`, count)),
    ],
  };
}
