import { readAddress } from './bridge-address.js';
import { askBridge, type BridgeAddress, type BridgeAnswer, describeStranger, urlOf } from './bridge-ask.js';
import { type CommandContext, EXIT_CONFIG, EXIT_FAILED, EXIT_OK, refuse } from './context.js';
import { type HistoryAnswer, parseError, parseHistory } from './history/answer.js';
import { renderCsv } from './history/csv.js';
import { type Asked, readAsked } from './history/query.js';
import { renderTable } from './history/table.js';
import { createStyle } from './style.js';
import { readAbilities } from './top/abilities.js';
import { printable } from './top/printable.js';

/** More than the longest answer takes on a machine that has hardly any time for it. */
const LIMIT_MS = 10_000;
const TARGET = '/history';
const DEFAULT_SINCE = '5m';

/** Asks the running daemon for its last minutes, and shows them: a table, CSV, or the answer as it is. Thread: main. */
export async function run(context: CommandContext): Promise<number> {
  const { json, stdout, options } = context;
  const isCsv = options['csv'] === true;
  const since = textOf(options['since']);
  const asked = readAsked(since ?? DEFAULT_SINCE, textOf(options['points']));
  const address = await readAddress(context);
  const problems = [
    ...(isCsv && json ? ['--csv: expected --csv or --json, got both'] : []),
    ...('seconds' in asked ? [] : asked),
    ...('problems' in address ? address.problems : []),
  ];
  if (problems.length > 0 || !('seconds' in asked) || 'problems' in address)
    return refuse(context, { problems, unanswered: 'problems' in address ? address.unanswered : [] });
  const answer = await askHistory(context, address, asked, since === undefined);
  const history = 'status' in answer && answer.status === 200 ? parseHistory(answer.body) : null;
  if (history === null || !('status' in answer)) {
    const refused = readRefusal(answer, since ?? DEFAULT_SINCE);
    context.complain(refused ?? describeFailure(answer, urlOf(address, TARGET)));
    return refused === null ? EXIT_FAILED : EXIT_CONFIG;
  }
  if (json) stdout.write(`${answer.body.trimEnd()}\n`);
  else stdout.write(isCsv ? renderCsv(history) : tableOf(history, context));
  return EXIT_OK;
}

function textOf(option: string | true | undefined): string | undefined {
  return option === true ? undefined : option;
}

function tableOf(history: HistoryAnswer, { stdout, env }: CommandContext): string {
  return renderTable(history, {
    columns: stdout.columns ?? 80,
    style: createStyle(stdout, env),
    hasBlocks: readAbilities(env).hasBlocks,
  });
}

/** `isDefault`: nobody asked for just that time, and all there is will do where the daemon keeps less. */
async function askHistory(
  { signal }: CommandContext,
  address: BridgeAddress,
  { seconds, points }: Asked,
  isDefault: boolean,
): Promise<BridgeAnswer> {
  const ask = (query: readonly string[]): Promise<BridgeAnswer> =>
    askBridge(address, query.length === 0 ? TARGET : `${TARGET}?${query.join('&')}`, LIMIT_MS, signal);
  const ofPoints = points === null ? [] : [`points=${points}`];
  const answer = await ask([`seconds=${seconds}`, ...ofPoints]);
  return isDefault && 'status' in answer && answer.status === 400 ? ask(ofPoints) : answer;
}

/**
 * What the daemon says is wrong with what it was asked for, in the words in which it was typed; null: nothing is. How far back it goes, only
 * the daemon knows.
 */
function readRefusal(answer: BridgeAnswer, since: string): string[] | null {
  const error = 'status' in answer && answer.status === 400 ? parseError(answer.body) : null;
  if (error?.code !== 'invalid_query') return null;
  return error.problems.map((problem) => {
    const [, most] = /^seconds: expected a whole number from 1 to (\d+),/.exec(problem) ?? [];
    return most === undefined
      ? `--${printable(problem)}`
      : `--since: expected a time from 1s to ${most}s, got ${JSON.stringify(since)}; the daemon keeps no more than its MONITOR_HISTORY_SEC`;
  });
}

/** Why there is no history, in a line or more, and what can be done about it. */
function describeFailure(answer: BridgeAnswer, url: string): string[] {
  const error = 'status' in answer ? parseError(answer.body) : null;
  if ('status' in answer && error !== null && answer.status !== 401) {
    const { code, message } = error;
    if (code === 'not_found')
      return [`history: the daemon at ${url} tells no history: it is older than this command; restart it`];
    return [`history: ${printable(message)}`];
  }
  const { message, advice } = 'status' in answer ? describeStranger(answer.status) : answer;
  return [`history: ${url}: ${message}: ${advice}`];
}
