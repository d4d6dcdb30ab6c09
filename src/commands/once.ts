import type { Config } from '../config.js';
import { type CommandContext, EXIT_FAILED, EXIT_OK, refuse } from './context.js';
import { type Snapshot, takeSnapshot } from './once-snapshot.js';
import { renderTable, type Telemetry } from './once-table.js';
import { createStyle } from './style.js';

/** Samples this host once and prints it: a table on a terminal, else JSON. Thread: main. */
export async function run(context: CommandContext): Promise<number> {
  const { env, clock, signal } = context;
  const result = await context.loadConfig();
  context.complain(result.warnings);
  if (!result.ok) return refuse(context, result);
  const { config, unanswered } = result;
  // Without a procfs there is no sample to wait for. Said at once: a disk that hangs is waited for a little more.
  const isNothingKnown = unanswered.some(({ setting }) => setting === 'procfs');
  if (isNothingKnown) return refuse(context, { problems: [], unanswered });
  context.complain(unanswered.map(({ text }) => text));
  const snapshot = await takeSnapshot({ config, searchPath: env['PATH'] ?? '', clock, signal });
  try {
    return signal.aborted ? EXIT_FAILED : show(context, config, snapshot);
  } finally {
    // Threads that hang take a second to be given up: what there is to show is shown by then.
    if (!(await snapshot.stop())) context.leaveThreadBehind();
  }
}

function show(context: CommandContext, config: Config, snapshot: Snapshot): number {
  const { stdout, env } = context;
  if (snapshot.json === null) {
    context.complain([`once: no valid sample: ${snapshot.reason}`]);
    return EXIT_FAILED;
  }
  const isTable = stdout.isTTY === true && !context.json;
  stdout.write(
    isTable
      ? renderTable(JSON.parse(snapshot.json) as Telemetry, {
          columns: stdout.columns ?? 80,
          style: createStyle(stdout, env),
          diskPath: config.diskPath,
        })
      : `${snapshot.json}\n`,
  );
  return EXIT_OK;
}
