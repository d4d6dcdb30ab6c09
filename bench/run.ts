/**
 * `npm run bench`: measures the Monitor, prints one table, and writes the same as JSON.
 *
 *   options.ts       the command line
 *   *.bench.ts       one part each: what it measures, and what against
 *   report.ts        the table
 *   support/         clocks, processes and servers that the parts share
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { benchBeat } from './beat.bench.js';
import { benchBursts } from './bursts.bench.js';
import { benchCadence } from './cadence.bench.js';
import { benchFrames } from './frames.bench.js';
import { benchGc } from './gc.bench.js';
import { benchGovernor } from './governor.bench.js';
import { benchHistory } from './history.bench.js';
import { benchHttp } from './http.bench.js';
import { benchLateness } from './lateness.bench.js';
import { benchMemory } from './memory.bench.js';
import { type BenchOptions, HELP, type Part, parseOptions } from './options.js';
import { benchParse } from './parse.bench.js';
import { isMet, renderTable, type Section } from './report.js';
import { benchScrape } from './scrape.bench.js';
import { benchStart } from './start.bench.js';
import { endChildren } from './support/children.js';
import { FULL_EFFORT, QUICK_EFFORT } from './support/cpu-rounds.js';
import { describeMachine } from './support/machine.js';
import { benchTick } from './tick.bench.js';

const EXIT_FAILED = 1;
const PROGRESS_EVERY_MS = 10_000;
const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;

function runPart(part: Part, options: BenchOptions): Promise<Section> {
  const effort = options.quick ? QUICK_EFFORT : FULL_EFFORT;
  switch (part) {
    case 'parse':
      return benchParse(effort);
    case 'tick':
      return benchTick(effort);
    case 'bursts':
      return benchBursts(options, effort);
    case 'frames':
      return benchFrames(effort);
    case 'beat':
      return benchBeat(effort);
    case 'history':
      return benchHistory(effort);
    case 'start':
      return benchStart(options);
    case 'http':
      return benchHttp(options);
    case 'scrape':
      return benchScrape(options);
    case 'cadence':
      return benchCadence(options);
    case 'lateness':
      return benchLateness(options);
    case 'governor':
      return benchGovernor(options);
    case 'memory':
      return benchMemory(options);
    case 'gc':
      return benchGc(options);
  }
}

/** Says that `part` runs, and from then on how long it has run, so that a long bench is never silent. */
function sayProgress(part: Part): NodeJS.Timeout {
  const startMs = performance.now();
  process.stderr.write(`bench: ${part} …\n`);
  return setInterval(() => {
    const seconds = Math.round((performance.now() - startMs) / 1000);
    process.stderr.write(`bench: ${part}: ${seconds} s\n`);
  }, PROGRESS_EVERY_MS);
}

async function run(options: BenchOptions): Promise<boolean> {
  const machine = describeMachine();
  const sections: Section[] = [];
  for (const part of options.parts) {
    const progress = sayProgress(part);
    try {
      sections.push(await runPart(part, options));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      sections.push({ part, title: part, rows: [], notes: [], failures: [reason] });
    } finally {
      clearInterval(progress);
    }
  }
  const title = `HarborForge Monitor bench, ${options.quick ? 'quick' : 'full'} run, ${machine.date}`;
  const facts = `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`;
  const caution = options.quick
    ? 'A quick run shows that the bench works; its figures are too rough to be judged.\n'
    : '';
  process.stdout.write(`\n${title}\n${facts}\n${caution}\n${renderTable(sections)}\n`);

  const results = sections.map((section) => ({
    ...section,
    rows: section.rows.map((row) => ({ ...row, met: isMet(row) })),
  }));
  mkdirSync(dirname(options.jsonPath), { recursive: true });
  writeFileSync(
    options.jsonPath,
    `${JSON.stringify({ machine, quick: options.quick, sections: results }, null, 2)}\n`,
  );
  const failed = sections.some(({ rows, failures }) => {
    return (
      failures.length > 0 || rows.some(({ value, ratio }) => !isNumber(value) || !isNumber(ratio?.value ?? 0))
    );
  });
  process.stdout.write(
    `\nWritten to ${options.jsonPath}.${failed ? ' Something could not be measured.' : ''}\n`,
  );
  return !failed;
}

function isNumber(value: number): boolean {
  return Number.isFinite(value);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(EXIT_INTERRUPTED));
process.on('exit', endChildren);

let options: BenchOptions | null;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(EXIT_USAGE);
}
if (options === null) process.stdout.write(`${HELP}\n`);
else process.exit((await run(options)) ? 0 : EXIT_FAILED);
