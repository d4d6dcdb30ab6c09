import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { helpText, parseCommand } from '../../src/cli.js';
import { SETTING_NAMES, SETTINGS } from '../../src/settings.js';
import { MAIN } from '../support/daemon-process.js';

function problemsOf(...argv: string[]): readonly string[] {
  const command = parseCommand(argv);
  return 'problems' in command ? command.problems : [];
}

function flagsOf(...argv: string[]) {
  const command = parseCommand(argv);
  assert.ok('flags' in command);
  assert.deepEqual(command.problems, []);
  return command.flags;
}

describe('commands', () => {
  for (const [argv, command] of [
    [[], 'run'],
    [['--port', '1'], 'run'],
    [['--check-config'], 'check-config'],
    [['--check-config', '--port=1'], 'check-config'],
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['--version'], 'version'],
    [['-V'], 'version'],
    [['--port', 'x', '--help'], 'help'],
    [['--nonsense', '--version'], 'version'],
  ] as const) {
    test(`${JSON.stringify(argv)} is ${command}`, () => assert.equal(parseCommand(argv).command, command));
  }
});

describe('flags', () => {
  for (const name of SETTING_NAMES) {
    test(`--${SETTINGS[name].flag} is taken with = and without`, () => {
      assert.deepEqual(flagsOf(`--${SETTINGS[name].flag}`, 'some value'), { [name]: 'some value' });
      assert.deepEqual(flagsOf(`--${SETTINGS[name].flag}=a=b`), { [name]: 'a=b' });
    });
  }

  test('of a flag given twice the last is taken', () => {
    assert.deepEqual(flagsOf('--port', '1', '--port', '2'), { port: '2' });
  });

  test('there is no flag for the API key itself', () => {
    assert.deepEqual(problemsOf('--api-key=x'), ['--api-key: no such flag']);
  });
});

describe('what is wrong with the arguments', () => {
  for (const [argv, ...problems] of [
    [['--nope'], '--nope: no such flag'],
    [['-x'], '-x: no such flag'],
    [['--port'], '--port: expected a value behind it'],
    [['--identifier', '--check-config'], '--identifier: expected a value behind it'],
    [['s3cret'], 'argument 1: expected a flag'],
    [['--', 'x'], 'argument 2: expected a flag'],
    [['--help=yes'], '--help: takes no value, got "yes"'],
    [
      ['--nope', 'a', '--port', '--also'],
      '--nope: no such flag',
      'argument 2: expected a flag',
      '--port: expected a value behind it',
    ],
    [['--constructor', '--toString'], '--constructor: no such flag', '--toString: no such flag'],
  ] as const) {
    test(`${JSON.stringify(argv)} is told to be: ${problems.join(', ')}`, () => {
      const told = problemsOf(...argv);
      for (const problem of problems) assert.ok(told.includes(problem), told.join('\n'));
    });
  }

  test('a value that begins with a dash can be given with =', () => {
    assert.deepEqual(flagsOf('--identifier=-x-'), { identifier: '-x-' });
  });
});

describe('--help', () => {
  test('names every setting, its flag and its default', () => {
    const help = helpText();
    for (const name of SETTING_NAMES) {
      const { env, flag, default: fallback } = SETTINGS[name];
      const line = help.split('\n').find((text) => text.includes(`${env}`) && text.includes(`--${flag} `));
      assert.ok(line !== undefined, env);
      assert.ok(fallback === null || line.endsWith(`(${fallback})`), line);
    }
    for (const name of ['MONITOR_API_KEY\n', '--check-config', '--version', '--help'])
      assert.ok(help.includes(name));
  });

  test('fits into 80 columns', () => {
    for (const line of helpText().split('\n')) assert.ok(line.length <= 80, `${line.length}: ${line}`);
  });
});

test('the first line, by which the daemon is run, is one that every kernel reads to its end', () => {
  const [line = ''] = readFileSync(MAIN, 'utf8').split('\n', 1);
  assert.match(line, /^#!\S+ -S .* node /);
  assert.ok(line.length <= 127, `${line.length} bytes`);
});
