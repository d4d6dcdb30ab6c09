/**
 * `npm run bench:fleet`: what the heartbeats of a whole fleet are for the backend, by the real schedule in virtual time.
 *
 *   options.ts       the command line
 *   scenarios.ts     what befalls the fleet, and the targets
 *   fleet.ts         the hosts: the daemon's schedule, and clocks and a network that are made up
 *   backend.ts       the backend, well and unwell
 *   event-queue.ts   what happens next
 *   backend-log.ts   what the backend saw; arrivals.ts: requests in any second
 *   measure.ts       a scenario → its figures; table.ts: the table
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Finding, isMet, measure } from './measure.js';
import { type FleetOptions, HELP, parseOptions } from './options.js';
import { scenarios } from './scenarios.js';
import { renderTable } from './table.js';

/** The interval that the daemon reports at unless it is told another. */
const INTERVAL_MS = 30_000;
const EXIT_MISSED = 1;
const EXIT_USAGE = 64;

function run({ hosts, seed, jsonPath }: FleetOptions): boolean {
  const before = process.cpuUsage();
  const findings: Finding[] = [];
  for (const scenario of scenarios(hosts, INTERVAL_MS)) {
    process.stderr.write(`bench: ${scenario.name} …\n`);
    findings.push(measure(scenario, { hosts, seed, intervalMs: INTERVAL_MS }));
  }
  const { user, system } = process.cpuUsage(before);
  const cpuSeconds = (user + system) / 1e6;
  const met = findings.every(isMet);
  const intervalSeconds = INTERVAL_MS / 1000;
  const facts = { hosts, intervalSeconds, seed, cpuSeconds, met };
  process.stdout.write(
    `\nA fleet of ${hosts.toLocaleString('en-US')} hosts that report every ${intervalSeconds} s, seed ${seed}\n\n` +
      `${renderTable(findings)}\n\n` +
      'Peak: the most requests in any second, wherever it begins; over the mean of the steady state.\n' +
      `Virtual time, ${Math.round(cpuSeconds)} s of CPU. ${met ? 'All targets are met.' : 'A target is MISSED.'}\n`,
  );
  mkdirSync(dirname(jsonPath), { recursive: true });
  writeFileSync(jsonPath, `${JSON.stringify({ ...facts, scenarios: findings }, null, 2)}\n`);
  process.stdout.write(`Written to ${jsonPath}.\n`);
  return met;
}

let options: FleetOptions | null;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(EXIT_USAGE);
}
if (options === null) process.stdout.write(`${HELP}\n`);
else process.exitCode = run(options) ? 0 : EXIT_MISSED;
