import { cpus } from 'node:os';
import type { Config } from '../config.js';
import { type CommandContext, EXIT_FAILED, EXIT_OK, refuse } from './context.js';
import { readAbilities } from './top/abilities.js';
import { Feed } from './top/feed.js';
import { pause } from './top/pause.js';
import { jsonLine, plainLine } from './top/plain.js';
import { showOnTerminal } from './top/session.js';

/** As many samples as frames, unless it is set how many. */
const SAMPLE_INTERVAL_MS = 100;
const LINE_EVERY_MS = 1_000;

/**
 * Shows this host live until it is told to stop: a view of the whole terminal, a line a second where the cursor can't be moved, or with
 * --json a line of JSON a second wherever it goes. Thread: main.
 */
export async function run(context: CommandContext): Promise<number> {
  const { stdout, stderr, json, env } = context;
  if (!json && stdout.isTTY !== true) {
    context.complain([
      'top: standard output is no terminal; harborforge-monitor once prints one snapshot, and top --json a line of JSON a second',
    ]);
    return EXIT_FAILED;
  }
  const result = await context.loadConfig();
  if (!result.ok) return refuse(context, result);
  const { unanswered } = result;
  // There would be nothing to see.
  if (unanswered.some(({ setting }) => setting === 'procfs'))
    return refuse(context, { problems: [], unanswered });
  // To be seen on a terminal when the view is gone.
  context.complain(unanswered.map(({ text }) => text));
  // On the terminal of the view itself they would be gone at once.
  if (json || stderr.isTTY !== true) context.complain(result.warnings);
  const feed = new Feed({
    config: paced(result.config),
    searchPath: env['PATH'] ?? '',
    clock: context.clock,
  });
  const abilities = readAbilities(env);
  try {
    if (json) await writeLines(context, feed, jsonLine);
    else if (!abilities.isAddressable) {
      const width = (stdout.columns ?? 80) - 1;
      await writeLines(context, feed, (reading) => plainLine(reading, width));
    } else await showOnTerminal(context, feed, { abilities, cpuCount: cpus().length, onExit: atExit });
  } finally {
    if (!(await feed.stop())) context.leaveThreadBehind();
  }
  return EXIT_OK;
}

function paced(config: Config): Config {
  const { sampleIntervalMs: origin } = config.origins;
  return origin === 'default' ? { ...config, sampleIntervalMs: SAMPLE_INTERVAL_MS } : config;
}

async function writeLines(
  { stdout, signal, clock }: CommandContext,
  feed: Feed,
  render: (reading: NonNullable<ReturnType<Feed['read']>>) => string,
): Promise<void> {
  let lastMs = Number.NaN;
  for (let dueMs = clock.monoMs(); !signal.aborted; ) {
    feed.check();
    const reading = feed.read();
    if (reading === null) {
      await pause(SAMPLE_INTERVAL_MS, signal);
      continue;
    }
    // A sample is written once: when no new one comes, none is made up.
    if (reading.atMonoMs !== lastMs) stdout.write(`${render(reading)}\n`);
    lastMs = reading.atMonoMs;
    dueMs = Math.max(dueMs + LINE_EVERY_MS, clock.monoMs());
    await pause(dueMs - clock.monoMs(), signal);
  }
}

/** Has `restore` called when the process exits in whatever way; what is returned takes that back. */
function atExit(restore: () => void): () => void {
  process.once('exit', restore);
  return () => void process.off('exit', restore);
}
