import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { parseCommand } from '../../src/cli.js';
import { COMMAND_NAMES, commandEntry } from '../../src/commands/table.js';
import { helpText } from '../../src/help.js';
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
    [['--check-config'], 'config'],
    [['--check-config', '--port=1'], 'config'],
    [['--help'], 'help'],
    [['-h'], 'help'],
    [['--version'], 'version'],
    [['-V'], 'version'],
    [['help'], 'help'],
    [['once', '--help'], 'help'],
    [['once'], 'once'],
    [['--port', '1', 'once'], 'once'],
    [['--identifier', 'once'], 'run'],
    [['health', '--strict', '--json'], 'health'],
    [['completion', 'bash'], 'completion'],
    [['constructor'], 'run'],
    [['--port', 'x', '--help'], 'help'],
    [['--nonsense', '--version'], 'version'],
  ] as const) {
    test(`${JSON.stringify(argv)} is ${command}`, () => assert.equal(parseCommand(argv).command, command));
  }
});

describe('the arguments of a command', () => {
  test('include its options, settings and positionals', () => {
    const command = parseCommand(['--port', '1', 'health', '--strict', '--json', '--disk-path=/x']);
    assert.deepEqual(command, {
      command: 'health',
      flags: { port: '1', diskPath: '/x' },
      options: { strict: true, json: true },
      positionals: [],
      problems: [],
    });
    const completion = parseCommand(['completion', 'zsh']);
    assert.ok('positionals' in completion);
    assert.deepEqual(completion.positionals, ['zsh']);
  });

  test('--check-config takes the options of config', () => {
    const command = parseCommand(['--check-config', '--json']);
    assert.ok('options' in command);
    assert.deepEqual([command.command, command.options, command.problems], ['config', { json: true }, []]);
  });

  for (const name of COMMAND_NAMES) {
    test(`help lists ${name}, and ${name} --help its options, within 80 columns`, () => {
      const { summary, options } = commandEntry(name);
      assert.ok(helpText().includes(`  ${name} `) && helpText().includes(summary.slice(0, 40)), name);
      assert.deepEqual(parseCommand([name, '-h']), { command: 'help', of: name });
      assert.deepEqual(parseCommand(['help', name]), { command: 'help', of: name });
      const text = helpText(name);
      for (const option of Object.keys(options)) assert.ok(text.includes(`--${option}`), option);
      for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
    });
  }
});

describe('flags', () => {
  for (const name of SETTING_NAMES) {
    test(`--${SETTINGS[name].flag} is accepted with = and without`, () => {
      assert.deepEqual(flagsOf(`--${SETTINGS[name].flag}`, 'some value'), { [name]: 'some value' });
      assert.deepEqual(flagsOf(`--${SETTINGS[name].flag}=a=b`), { [name]: 'a=b' });
    });
  }

  test('the last value of a repeated flag wins', () => {
    assert.deepEqual(flagsOf('--port', '1', '--port', '2'), { port: '2' });
  });

  test('there is no flag for the API key itself', () => {
    assert.deepEqual(problemsOf('--api-key=x'), ['--api-key: no such flag']);
  });
});

describe('invalid arguments', () => {
  for (const [argv, ...problems] of [
    [['--nope'], '--nope: no such flag'],
    [['-x'], '-x: no such flag'],
    [['--port'], '--port: expected a value behind it'],
    [['--identifier', '--check-config'], '--identifier: expected a value behind it'],
    [
      ['s3cret'],
      'argument 1: expected a flag or a command: once, top, health, history, doctor, config, completion',
    ],
    [['once', 's3cret'], 'argument 2: expected a flag'],
    [['once', 'top'], 'argument 2: expected a flag'],
    [['once', '--strict'], '--strict: no such flag'],
    [['--json'], '--json: no such flag'],
    [['health', '--strict=s3cret'], '--strict: takes no value'],
    [['completion'], 'completion: expected bash or zsh behind it'],
    [['completion', 's3cret'], 'argument 2: expected bash or zsh'],
    [['completion', 'bash', 'zsh'], 'argument 3: expected a flag'],
    [['completion', '--port', '1', 'bash'], '--port: no such flag'],
    [
      ['--', 'x'],
      'argument 2: expected a flag or a command: once, top, health, history, doctor, config, completion',
    ],
    [['--help=yes'], '--help: takes no value'],
    [
      ['--nope', 'a', '--port', '--also'],
      '--nope: no such flag',
      'argument 2: expected a flag or a command: once, top, health, history, doctor, config, completion',
      '--port: expected a value behind it',
    ],
    [['--constructor', '--toString'], '--constructor: no such flag', '--toString: no such flag'],
  ] as const) {
    test(`${JSON.stringify(argv)}: ${problems.join(', ')}`, () => {
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

for (const name of COMMAND_NAMES) {
  test(`the code of ${name} is a separate file that the daemon only references by name`, () => {
    assert.ok(statSync(join(dirname(MAIN), `${name}.js`)).isFile());
    assert.ok(readFileSync(MAIN, 'utf8').includes(`require("./${name}.js")`));
  });
}

test('the shebang is short enough for every kernel', () => {
  const [line = ''] = readFileSync(MAIN, 'utf8').split('\n', 1);
  assert.match(line, /^#!\S+ -S .* node /);
  assert.ok(line.length <= 127, `${line.length} bytes`);
});
