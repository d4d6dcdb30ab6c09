/**
 * `npm run soak`: the real daemon for a long time, with everything that can go wrong going wrong, and nothing may be lost or grow.
 *
 *   options.ts                the command line
 *   plan.ts, cards.ts         what happens when, from the seed: faults; moods.ts: bad backends
 *   soak.ts                   the run: stage.ts (the daemon and what it lives among), players.ts and play-fault.ts (the faults)
 *   steady-client.ts          the load; health-watch.ts, resources.ts: what is looked at; abuse.ts: bad clients
 *   flapping-backend.ts, plugin-host.ts, kernel-files.ts   backend, plugin and procfs of the daemon
 *   windows.ts                what each fault excuses, and when
 *   judge-*.ts                what was seen → rows of the table; rows.ts, table.ts, slope.ts, deaths.ts, schedule-limits.ts
 *   harm.ts                   defects, to show that they are found
 */
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { Cleanup } from './cleanup.js';
import { JUDGED_MINUTES } from './judge-growth.js';
import { HELP, parseOptions, type SoakOptions } from './options.js';
import { type Findings, soak } from './soak.js';
import { failuresOf, renderTable } from './table.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_INTERRUPTED = 130;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function readOptions(): SoakOptions | null {
  try {
    const options = parseOptions(process.argv.slice(2));
    if (options === null) process.stdout.write(`${HELP}\n`);
    return options;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT_USAGE;
    return null;
  }
}

/** Tells what was found, and returns the exit code. */
function tell(options: SoakOptions, { sections, samples }: Findings, isInterrupted: boolean): number {
  if (sections.length === 0) {
    process.stdout.write('It was interrupted before it began.\n');
    return EXIT_INTERRUPTED;
  }
  const failures = failuresOf(sections);
  const load = loadavg().map((value) => value.toFixed(1));
  process.stdout.write(
    `\nA soak of ${options.minutes} minutes, seed ${options.seed}; load average ${load.join(' ')}\n\n` +
      `${renderTable(sections)}\n\n${isInterrupted ? 'It was interrupted. ' : ''}` +
      `${failures.length === 0 ? allWell(isInterrupted ? 0 : options.minutes) : `FAILED:\n  ${failures.join('\n  ')}`}\n`,
  );
  if (options.jsonPath !== null)
    writeFileSync(
      options.jsonPath,
      `${JSON.stringify({ ...options, failures, load, sections, samples }, null, 2)}\n`,
    );
  if (failures.length > 0) return EXIT_FAILED;
  return isInterrupted ? EXIT_INTERRUPTED : 0;
}

function allWell(minutes: number): string {
  const isJudged = minutes >= JUDGED_MINUTES;
  return isJudged
    ? 'Nothing was lost and nothing grew.'
    : `Nothing was lost. Whether anything grew is judged in runs of ${JUDGED_MINUTES} minutes or more.`;
}

async function main(options: SoakOptions): Promise<void> {
  const stop = new AbortController();
  for (const signal of SIGNALS) process.on(signal, () => stop.abort());
  const startMs = performance.now();
  const say = (line: string): void => {
    const seconds = ((performance.now() - startMs) / 1_000).toFixed(0);
    process.stderr.write(`${seconds.padStart(5)} s  ${line}\n`);
  };
  const scope = new Cleanup();
  process.on('uncaughtException', (error) => {
    process.stderr.write(`the soak itself failed: ${error.stack}\n`);
    void scope.end().then(() => process.exit(EXIT_FAILED));
  });
  try {
    const findings = await soak(scope, options, stop.signal, say);
    process.exitCode = tell(options, findings, stop.signal.aborted);
  } catch (error) {
    process.stderr.write(`the soak itself failed: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = EXIT_FAILED;
  }
  for (const problem of await scope.end()) {
    process.stderr.write(`left behind: ${problem}\n`);
    process.exitCode = EXIT_FAILED;
  }
}

const options = readOptions();
if (options !== null) await main(options);
