/**
 * `npm run bench:peers`: measures the Monitor beside its peers, prints one table, and writes the same as JSON.
 *
 *   options.ts       the command line
 *   peers.ts         who is measured; programs/ how each is run
 *   parts/           what is measured
 *   roll.ts          who takes part, and which version
 *   stage.ts         one at a time has the machine
 *   figures.ts       what comes out; rows.ts the table
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMet, renderTable } from '../report.js';
import { findGenerator } from '../support/load.js';
import { describeMachine } from '../support/machine.js';
import type { Figure, Results } from './figures.js';
import { installMissing } from './install.js';
import { PEERS_HELP, type PeerOptions, type PeerPart, parsePeerOptions } from './options.js';
import { measureCadence } from './parts/cadence.js';
import { measureHot } from './parts/hot.js';
import { measureHttp } from './parts/http.js';
import { measureMemory } from './parts/memory.js';
import type { Run } from './parts/run.js';
import { endTrees } from './process-tree.js';
import { Roll } from './roll.js';
import { sectionsOf } from './rows.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 64;
const EXIT_INTERRUPTED = 130;

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`);
}

async function measure(options: PeerOptions): Promise<Results> {
  const startMs = performance.now();
  if (options.install) installMissing(say);
  const roll = new Roll(say);
  const folder = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const figures: Figure[] = [];
  const failures: { part: PeerPart; what: string }[] = [];
  let bodyBytes: number | null = null;
  for (const part of options.parts) {
    const fail = (what: string): void => void failures.push({ part, what });
    const run: Run = { quick: options.quick, roll, folder, figures, fail, say };
    try {
      if (part === 'hot') await measureHot(run);
      else if (part === 'http') bodyBytes = await measureHttp(run);
      else if (part === 'memory') await measureMemory(run);
      else await measureCadence(run);
    } catch (error) {
      fail(error instanceof Error ? error.message : String(error));
    }
  }
  return {
    machine: describeMachine(),
    quick: options.quick,
    parts: options.parts,
    seconds: Math.round((performance.now() - startMs) / 1000),
    generator: findGenerator().name,
    bodyBytes,
    peers: roll.accounts(),
    figures,
    failures,
  };
}

function print(results: Results): void {
  const { machine, peers, quick, seconds } = results;
  const lines = [
    '',
    `HarborForge Monitor and its peers, ${quick ? 'quick' : 'full'} run of ${seconds} s, ${machine.date}`,
    `${machine.cpu}, ${machine.cores} cores, Linux ${machine.kernel}, Node ${machine.node}`,
    ...(quick
      ? [
          'A quick run shows that the bench works; its figures are too rough to be judged, and the Monitor warms up.',
        ]
      : []),
    '',
    renderTable(sectionsOf(results)),
    '',
    ...peers.map(({ name, version, skipped }) => {
      return skipped === null ? `${name}: ${version ?? '?'}` : `SKIPPED: ${name}: ${skipped}`;
    }),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  process.stdout.write(`Written to ${path}.\n`);
}

async function main(options: PeerOptions): Promise<boolean> {
  const results =
    options.from === null
      ? await measure(options)
      : (JSON.parse(readFileSync(options.from, 'utf8')) as Results);
  print(results);
  if (options.from === null) {
    const sections = sectionsOf(results).map((section) => ({
      ...section,
      rows: section.rows.map((row) => ({ ...row, met: isMet(row) })),
    }));
    write(options.jsonPath, `${JSON.stringify({ ...results, sections }, null, 2)}\n`);
  }
  return results.failures.length === 0;
}

process.on('exit', endTrees);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(EXIT_INTERRUPTED));

let options: PeerOptions | null;
try {
  options = parsePeerOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(EXIT_USAGE);
}
if (options === null) process.stdout.write(`${PEERS_HELP}\n`);
else process.exit((await main(options)) ? 0 : EXIT_FAILED);
