import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { COMMAND_NAMES } from '../../src/commands/table.js';
import { runOnce } from '../support/run-once.js';
import { runInTerminal, whyNoTerminal } from '../support/terminal.js';

const KEY = 'commands-test-key-0123456789';

describe('commands', { concurrency: true }, () => {
  test('config and --check-config are the same', async () => {
    const env = { MONITOR_PROT: '1' };
    const [word, flag] = await Promise.all([
      runOnce(['config', '--port', '80'], env),
      runOnce(['--check-config', '--port', '80'], env),
    ]);
    assert.equal(word.code, 0);
    assert.match(word.stdout, /^MONITOR_PORT +80 +--port\n/);
    assert.deepEqual(word, flag);
  });

  test('config --json has what is wrong with the arguments, too', async () => {
    const { code, stdout, stderr } = await runOnce(['config', '--json', '--nope', '--port', 'x']);
    assert.deepEqual([code, stderr], [78, '']);
    const { problems } = JSON.parse(stdout) as { problems: string[] };
    assert.equal(problems[0], '--nope: no such flag');
    assert.match(problems[1] ?? '', /^--port: expected a whole number/);
  });

  test('a word that is no command is not repeated, and is 78', async () => {
    const { code, stdout, stderr } = await runOnce([KEY], { MONITOR_API_KEY: KEY });
    assert.deepEqual([code, stdout], [78, '']);
    assert.ok(
      stderr.includes(`argument 1: expected a flag or a command: ${COMMAND_NAMES.join(', ')}\n`),
      stderr,
    );
    assert.ok(!stderr.includes(KEY));
  });

  test('help fits into a terminal of 80 columns', { skip: whyNoTerminal() ?? false }, async () => {
    const { code, shown } = await runInTerminal(['help', 'health']);
    assert.equal(code, 0);
    assert.match(shown, /^Usage: harborforge-monitor health /);
    for (const line of shown.split('\n')) assert.ok(line.length <= 80, line);
  });
});
