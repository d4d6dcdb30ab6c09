import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { run } from '../../../src/commands/config.js';
import { API_KEY_ENV, SETTING_NAMES, SETTINGS } from '../../../src/setting-table.js';
import { commandContext } from '../../support/command-context.js';

const KEY = 'config-command-key-0123456789';

interface Told {
  readonly ok: boolean;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
  readonly settings: readonly Readonly<Record<string, unknown>>[];
}

async function told(
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; text: string; json: Told }> {
  const { context, stdout } = commandContext(env, { json: true });
  const code = await run(context);
  return { code, text: stdout.text, json: JSON.parse(stdout.text) as Told };
}

describe('config as JSON', () => {
  test('lists each setting with its value, origin and default', async () => {
    const { code, text, json } = await told({
      MONITOR_PORT: '1234',
      MONITOR_BACKEND_URL: 'https://b.example/base',
      MONITOR_ALLOW_HTTP: '1',
      [API_KEY_ENV]: KEY,
      MONITOR_PROT: '1',
    });
    assert.equal(code, 0);
    assert.equal(json.ok, true);
    assert.deepEqual(
      json.settings.map(({ name }) => name),
      [...SETTING_NAMES.map((name) => SETTINGS[name].env), API_KEY_ENV],
    );
    const of = (wanted: string) => json.settings.find(({ name }) => name === wanted);
    assert.deepEqual(of('MONITOR_PORT'), {
      name: 'MONITOR_PORT',
      flag: '--port',
      value: 1234,
      origin: 'MONITOR_PORT',
      default: 7311,
    });
    assert.deepEqual(
      [of('MONITOR_ALLOW_HTTP')?.['value'], of('MONITOR_ALLOW_HTTP')?.['default']],
      [true, false],
    );
    assert.equal(of('MONITOR_BACKEND_URL')?.['value'], 'https://b.example/base');
    assert.deepEqual(
      [of('MONITOR_BRIDGE_SOCKET')?.['value'], of('MONITOR_BRIDGE_SOCKET')?.['origin']],
      [null, 'default'],
    );
    assert.equal(of(API_KEY_ENV)?.['value'], '[hidden]');
    assert.ok(!text.includes(KEY));
    assert.deepEqual(json.warnings, ['MONITOR_PROT: no such setting; it is ignored']);
  });

  test('lists all problems and exits with 78', async () => {
    const { code, json } = await told({ MONITOR_PORT: 'x', MONITOR_LOG_LEVEL: 'loud' });
    assert.equal(code, 78);
    assert.equal(json.ok, false);
    assert.deepEqual(json.settings, []);
    assert.deepEqual(
      json.problems.map((problem) => problem.split(':')[0]),
      ['MONITOR_PORT', 'MONITOR_LOG_LEVEL'],
    );
  });
});

test('config as text prints nothing to stdout if there is a problem', async () => {
  const { context, stdout, problems } = commandContext({ MONITOR_PORT: 'x' });
  assert.equal(await run(context), 78);
  assert.equal(stdout.text, '');
  assert.match(problems[0] ?? '', /^MONITOR_PORT: /);
});
