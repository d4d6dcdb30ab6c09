/**
 * `npm run test:matrix [-- [version…] [--glibc release]]`: the whole suite on each version of Node that is supported, or on those that are
 * named (`22`, `20.18`). Each is fetched from the npm registry once and kept in a cache outside of the repository
 * (HARBORFORGE_MATRIX_CACHE); the project is copied, installed and built by it as on a machine that has no other. With `--glibc trixie` the
 * C library is that of this Debian release: uWebSockets.js for Node 22 and later needs a newer one than Debian 12 has.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf } from '../../src/shared/errors.js';
import { killAllGroups } from '../support/programs.js';
import type { Look } from './look.js';
import { provideNode } from './nodes.js';
import { countOutcomes, type Outcome } from './outcomes.js';
import { runOrThrow } from './run-or-throw.js';
import { runSuite } from './suite.js';
import { type Row, TABLE_HEAD, tableRow } from './table.js';
import { layOutTree } from './tree.js';
import { chooseVersions } from './versions.js';

const EXIT_FAILED = 1;
const EXIT_USAGE = 2;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** What was asked for. */
function parse(): { versions: readonly string[]; glibc: string | null } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { glibc: { type: 'string' } },
    });
    return { versions: chooseVersions(positionals), glibc: values.glibc ?? null };
  } catch (error) {
    say(messageOf(error));
    return process.exit(EXIT_USAGE);
  }
}

/** Runs the suite on one version, in `folder`, and tells each test that fails at once. */
async function runOn(version: string, glibc: string | null, folder: string): Promise<Row> {
  const bin = await provideNode(version, glibc);
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env['PATH']}` };
  await layOutTree(folder, env);
  const place = { cwd: folder, env };
  const look = JSON.parse(
    await runOrThrow('the daemon', 'node', ['dist/test/matrix/look.js'], place),
  ) as Look;
  const outcomes: Outcome[] = [];
  const startMs = performance.now();
  await runSuite(folder, env, (outcome) => {
    outcomes.push(outcome);
    if (outcome.outcome === 'failed') say(`${version} FAILED: ${outcome.name}\n${outcome.why}`);
  });
  return { ...look, ...countOutcomes(outcomes), seconds: (performance.now() - startMs) / 1_000 };
}

const { versions, glibc } = parse();
const home = mkdtempSync(join(tmpdir(), 'harborforge-matrix-'));
process.on('exit', () => {
  killAllGroups();
  rmSync(home, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(EXIT_FAILED));

let failed = false;
say(TABLE_HEAD);
for (const version of versions) {
  const folder = join(home, version);
  try {
    const row = await runOn(version, glibc, folder);
    say(tableRow(row));
    failed ||= row.failed > 0;
  } catch (error) {
    say(`${version.padStart(8)} ${messageOf(error)}`);
    failed = true;
  }
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failed ? EXIT_FAILED : 0;
