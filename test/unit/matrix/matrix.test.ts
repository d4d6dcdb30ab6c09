import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { countOutcomes, type Outcome, parseOutcome } from '../../matrix/outcomes.js';
import { tableRow } from '../../matrix/table.js';
import { chooseVersions, NODE_VERSIONS } from '../../matrix/versions.js';
import { temporaryFolder } from '../../support/fixtures.js';

const REPORTER = fileURLToPath(new URL('../../matrix/reporter.js', import.meta.url));

const SUITE = `
const { describe, test, after } = require('node:test');
describe('a suite', () => {
  test('that passes', () => {});
  test('that fails', () => { throw new Error('for this reason'); });
  describe('within', () => test('is skipped', { skip: 'not here' }, () => {}));
  test('with parts', async (t) => { await t.test('a part', () => {}); });
});
describe('none of it', { skip: 'not here' }, () => test('is run', () => {}));
describe('whose end fails', () => { test('one', () => {}); after(() => { throw new Error('at the end'); }); });
`;

function outcomesOf(file: string): Outcome[] {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const { stdout } = spawnSync(process.execPath, ['--test', `--test-reporter=${REPORTER}`, file], {
    encoding: 'utf8',
    env,
  });
  return stdout.split('\n').flatMap((line) => parseOutcome(line) ?? []);
}

test('the reporter lists each test once, and a suite only for its own skip or failure', (t) => {
  const file = join(temporaryFolder(t), 'some.test.cjs');
  writeFileSync(file, SUITE);
  const outcomes = outcomesOf(file);
  assert.deepEqual(
    outcomes.map(({ outcome, name }) => `${outcome}: ${name.replace(`${file} > `, '')}`),
    [
      'passed: a suite > that passes',
      'failed: a suite > that fails',
      'skipped: a suite > within > is skipped',
      'passed: a suite > with parts > a part',
      'passed: a suite > with parts',
      'skipped: none of it',
      'passed: whose end fails > one',
      'failed: whose end fails',
    ],
  );
  const { skippedFor, ...counts } = countOutcomes(outcomes);
  assert.deepEqual(counts, { passed: 4, failed: 2, skipped: 2 });
  assert.deepEqual([...skippedFor.keys()], ['not here']);
  assert.match(outcomes[1]?.why ?? '', /for this reason/);
  assert.match(outcomes[7]?.why ?? '', /at the end/);
});

test('a file that cannot be run is a failed test', (t) => {
  const file = join(temporaryFolder(t), 'some.test.cjs');
  writeFileSync(file, 'process.exit(3);');
  assert.deepEqual(
    outcomesOf(file).map(({ outcome }) => outcome),
    ['failed'],
  );
});

test('a version is chosen by its name or a prefix of it', () => {
  assert.deepEqual(chooseVersions([]), NODE_VERSIONS);
  assert.deepEqual(chooseVersions(['24', '20.18']), ['20.18.1', '24.21.0']);
  assert.throws(() => chooseVersions(['2', '22']), /^Error: there is no 2; there are 20\.18\.1,/);
});

test('a table row lists skipped tests by reason', () => {
  const skippedFor = new Map([['not here', ['one', 'two']]]);
  const row = {
    node: '22.1.0',
    glibc: '2.36',
    transport: 'uws',
    passed: 3,
    failed: 1,
    skipped: 2,
    seconds: 1.4,
  };
  assert.equal(
    tableRow({ ...row, skippedFor }),
    '  22.1.0   2.36        uws      6       3       1        2        1\n         skipped: one; two: not here',
  );
});
