import { type CommandContext, EXIT_CONFIG, EXIT_FAILED, EXIT_OK } from './context.js';
import { takeSnapshot } from './once-snapshot.js';
import { renderTable, type Telemetry } from './once-table.js';
import { createStyle } from './style.js';

/** Samples this host once and prints it: a table on a terminal, else JSON. Thread: main. */
export async function run(context: CommandContext): Promise<number> {
  const { stdout, env, clock, signal } = context;
  const result = await context.loadConfig();
  context.complain(result.warnings);
  if (!result.ok) {
    context.complain(result.problems);
    return EXIT_CONFIG;
  }
  const { config } = result;
  const snapshot = await takeSnapshot({ config, searchPath: env['PATH'] ?? '', clock, signal });
  if (!snapshot.threadsEnded) context.leaveThreadBehind();
  if (signal.aborted) return EXIT_FAILED;
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
