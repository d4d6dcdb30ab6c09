import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { run } from '../../../src/commands/completion.js';
import { bashScript } from '../../../src/commands/completion-bash.js';
import { zshScript } from '../../../src/commands/completion-zsh.js';
import { COMMAND_NAMES, commandEntry } from '../../../src/commands/table.js';
import { LOG_LEVELS, SETTING_NAMES, SETTINGS } from '../../../src/setting-table.js';

import { commandContext } from '../../support/command-context.js';
import { temporaryFolder } from '../../support/fixtures.js';

const PROGRAM = 'harborforge-monitor';
const SETTING_FLAGS = SETTING_NAMES.map((name) => `--${SETTINGS[name].flag}`);

/** What bash offers for `words`, the last of which is being typed. They are split as bash splits them. */
function bashOffers(words: readonly string[], cwd = '/'): string[] {
  const script = `${bashScript()}
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_harborforge_monitor
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script, 'bash', PROGRAM, ...words], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.equal(status, 0);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash', () => {
  test('offers the commands, and the flags of each', () => {
    assert.deepEqual(bashOffers(['']), [...COMMAND_NAMES, 'help']);
    assert.deepEqual(bashOffers(['do']), ['doctor']);
    assert.deepEqual(bashOffers(['--']), [...SETTING_FLAGS, '--help', '--version', '--check-config']);
    for (const name of COMMAND_NAMES) {
      const { options, takesSettings } = commandEntry(name);
      const own = Object.keys(options).map((option) => `--${option}`);
      const offered = [...own, ...(takesSettings ? SETTING_FLAGS : []), '--help'];
      assert.deepEqual(bashOffers([name, '-']), offered, name);
    }
    assert.deepEqual(bashOffers(['--port', '1', 'health', '--st']), ['--strict']);
    assert.deepEqual(bashOffers(['--port', '=', '1', 'health', '--st']), ['--strict']);
  });

  test('offers the values of a flag or a command, with = and without', () => {
    assert.deepEqual(bashOffers(['--log-level', '']), [...LOG_LEVELS]);
    assert.deepEqual(bashOffers(['--log-level', '=']), [...LOG_LEVELS]);
    assert.deepEqual(bashOffers(['once', '--log-level', '=', 'w']), ['warn']);
    assert.deepEqual(bashOffers(['--bridge-transport', 'n']), ['node-http']);
    assert.deepEqual(bashOffers(['completion', '']), ['bash', 'zsh']);
    assert.deepEqual(bashOffers(['help', 'to']), ['top']);
  });

  test('offers nothing where there is nothing to complete', () => {
    assert.deepEqual(bashOffers(['--port', '']), []);
    assert.deepEqual(bashOffers(['--identifier', 'o']), []);
    assert.deepEqual(bashOffers(['once', 'o']), []);
    assert.deepEqual(bashOffers(['completion', 'bash', '']), []);
    assert.deepEqual(bashOffers(['nonsense', '--']), []);
  });

  test('offers files and folders, including names with blanks', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'a key'), '');
    mkdirSync(join(folder, 'a tree'));
    assert.deepEqual(bashOffers(['--api-key-file', 'a'], folder).sort(), ['a key', 'a tree']);
    assert.deepEqual(bashOffers(['--procfs', '=', 'a'], folder), ['a tree']);
  });
});

describe('zsh', {
  skip: spawnSync('zsh', ['--version']).status === 0 ? false : 'zsh is not installed',
}, () => {
  test('completes commands, flags and their values in a terminal', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, '_harborforge-monitor'), zshScript());
    mkdirSync(join(folder, 'a-tree'));
    const tries = [
      ['do', 'doctor'],
      ['health --st', 'health --strict'],
      ['--log-level=wa', '--log-level=warn'],
      ['once --bridge-transport no', 'once --bridge-transport node-http'],
      ['completion z', 'completion zsh'],
      ['help heal', 'help health'],
      [`--procfs ${folder}/a`, `--procfs ${folder}/a-tree`],
    ] as const;
    // Each line is typed, completed and run; the function prints the arguments it got.
    const script = `zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= fpath=(${folder} \\$fpath); autoload -U compinit; compinit -u -D; ${PROGRAM}() { print -r -- GIVEN:\\$*:; }; print RE''ADY"
zpty -r shell line '*READY*'
for text in "$@"; do
  zpty -w shell "${PROGRAM} $text"$'\\t'
  zpty -r shell line '*GIVEN:*:*'
  print -r -- "$line"
done`;
    const { stdout, stderr } = spawnSync('zsh', ['-f', '-c', script, 'zsh', ...tries.map(([text]) => text)], {
      encoding: 'utf8',
      env: { ...process.env, TERM: 'dumb' },
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    const given = [...stdout.matchAll(/GIVEN:(.*):/g)].map(([, words]) => words?.trim());
    assert.deepEqual(
      given,
      tries.map(([, words]) => words),
      `${stdout}${stderr}`,
    );
  });
});

test('prints the script of the requested shell', async () => {
  for (const [shell, script] of [
    ['bash', bashScript()],
    ['zsh', zshScript()],
  ] as const) {
    const { context, stdout } = commandContext({}, { positionals: [shell] });
    assert.equal(await run(context), 0);
    assert.equal(stdout.text, script);
  }
});
