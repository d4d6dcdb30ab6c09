import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { inspect } from 'node:util';
import { describeConfig, rereadApiKey } from '../../src/config.js';
import { configOf, load, problemsOf } from '../support/config-input.js';
import { temporaryFolder } from '../support/fixtures.js';

const KEY = 'SECRET-key-0123456789';
const BACKEND = { MONITOR_BACKEND_URL: 'https://b.example' };

function fileWith(t: TestContext, text: string, mode = 0o600): string {
  const path = join(temporaryFolder(t), 'secret');
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function credentials(t: TestContext, text: string, mode = 0o600): string {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'api-key'), text);
  chmodSync(join(folder, 'api-key'), mode);
  return folder;
}

describe('where the API key comes from', () => {
  test('the credential beats the file, which beats the variable', (t) => {
    const folder = credentials(t, 'of-the-credential');
    const file = fileWith(t, 'of-the-file');
    const env = { MONITOR_API_KEY: 'of-the-variable' };
    const keyOf = (more: object) => {
      const { apiKey } = configOf({ ...BACKEND, ...env, ...more });
      return [apiKey?.value.reveal(), apiKey?.origin];
    };
    assert.deepEqual(keyOf({ CREDENTIALS_DIRECTORY: folder, MONITOR_API_KEY_FILE: file }), [
      'of-the-credential',
      join(folder, 'api-key'),
    ]);
    assert.deepEqual(keyOf({ MONITOR_API_KEY_FILE: file }), ['of-the-file', file]);
    assert.deepEqual(keyOf({}), ['of-the-variable', 'MONITOR_API_KEY']);
  });

  test('an empty credential falls back to the variable', (t) => {
    const env = { CREDENTIALS_DIRECTORY: credentials(t, ''), MONITOR_API_KEY: KEY };
    assert.equal(configOf(env).apiKey?.value.reveal(), KEY);
  });

  test('a credentials folder without the key falls back to the file', (t) => {
    const env = { CREDENTIALS_DIRECTORY: temporaryFolder(t), MONITOR_API_KEY_FILE: fileWith(t, KEY) };
    assert.equal(configOf(env).apiKey?.value.reveal(), KEY);
  });

  test('a newline at the end of the file is not part of the key', (t) => {
    assert.equal(configOf({ MONITOR_API_KEY_FILE: fileWith(t, `${KEY}\n`) }).apiKey?.value.reveal(), KEY);
    assert.equal(configOf({ MONITOR_API_KEY_FILE: fileWith(t, ` ${KEY}\r\n`) }).apiKey?.value.reveal(), KEY);
  });

  test("systemd's own mode of a credential is accepted", (t) => {
    assert.equal(configOf({ CREDENTIALS_DIRECTORY: credentials(t, KEY, 0o440) }).apiKey?.value.reveal(), KEY);
  });

  test('a changed key is reread, and an empty or exposed key file is an error', (t) => {
    const file = fileWith(t, 'old-key');
    const env = { ...BACKEND, MONITOR_API_KEY_FILE: file };
    const config = configOf(env);
    writeFileSync(file, 'new-key');
    const key = rereadApiKey(config, env);
    assert.ok(key !== null && typeof key !== 'string');
    assert.equal(key.value.reveal(), 'new-key');
    writeFileSync(file, '');
    assert.match(
      String(rereadApiKey(config, env)),
      /^MONITOR_API_KEY_FILE: expected an API key, got nothing/,
    );
    chmodSync(file, 0o644);
    assert.match(String(rereadApiKey(config, env)), /can be read by group or others/);
  });
});

describe('what is refused and not shown', () => {
  for (const mode of [0o604, 0o640, 0o620, 0o601, 0o644, 0o666, 0o777]) {
    test(`a key file of mode ${mode.toString(8)}`, (t) => {
      const path = fileWith(t, KEY, mode);
      const [problem, ...others] = problemsOf({ ...BACKEND, MONITOR_API_KEY_FILE: path });
      assert.match(problem ?? '', /^MONITOR_API_KEY_FILE: .* group or others .*0600/);
      assert.ok(problem?.includes(path) && problem.includes(mode.toString(8)));
      assert.deepEqual(others, []);
    });
  }

  for (const mode of [0o600, 0o400]) {
    test(`but not one of mode ${mode.toString(8)}`, (t) => {
      assert.equal(configOf({ MONITOR_API_KEY_FILE: fileWith(t, KEY, mode) }).apiKey?.value.reveal(), KEY);
    });
  }

  for (const [what, value] of [
    ['a space inside', 'SECRET key'],
    ['a newline inside', 'SECRET\nkey'],
    ['a carriage return inside', 'SECRET\r\nX-Injected: 1'],
    ['a letter that is not ASCII', 'SECRETä'],
    ['a control character', 'SECRET\x07'],
  ] as const) {
    test(`a key with ${what}`, (t) => {
      for (const env of [
        { MONITOR_API_KEY: value },
        { MONITOR_API_KEY_FILE: fileWith(t, value) },
        { CREDENTIALS_DIRECTORY: credentials(t, value) },
      ]) {
        const problems = problemsOf({ ...BACKEND, ...env });
        assert.equal(problems.length, 1);
        assert.match(problems[0] ?? '', /expected an API key of printable ASCII/);
        assert.ok(!problems.join().includes('SECRET'));
      }
    });
  }

  test('an empty key file', (t) => {
    for (const text of ['', '\n', '  \n'])
      assert.match(
        problemsOf({ MONITOR_API_KEY_FILE: fileWith(t, text) })[0] ?? '',
        /^MONITOR_API_KEY_FILE: .* got nothing/,
      );
  });

  test('a blank credential, although the variable is valid', (t) => {
    const env = { ...BACKEND, CREDENTIALS_DIRECTORY: credentials(t, '\n'), MONITOR_API_KEY: KEY };
    assert.match(problemsOf(env)[0] ?? '', /api-key: expected an API key, got nothing/);
  });

  test('a key file that is missing, and one that is a folder', (t) => {
    const folder = temporaryFolder(t);
    chmodSync(folder, 0o700);
    for (const path of [join(folder, 'missing'), folder]) {
      const problems = problemsOf({ ...BACKEND, MONITOR_API_KEY_FILE: path });
      assert.equal(problems.length, 1, problems.join('\n'));
      assert.match(problems[0] ?? '', /^MONITOR_API_KEY_FILE: expected a file that can be read: /);
    }
  });

  test('a key given in another setting or in a URL', () => {
    const problems = problemsOf({
      MONITOR_API_KEY_FILE: KEY,
      MONITOR_BRIDGE_TOKEN_FILE: KEY,
      MONITOR_BACKEND_URL: `https://b.example/?key=${KEY}`,
    });
    assert.equal(problems.length, 3, problems.join('\n'));
    assert.ok(!problems.join().includes(KEY), problems.join('\n'));
  });

  test('a file that is far too large, without reading all of it', (t) => {
    const path = fileWith(t, KEY);
    assert.equal(configOf({ MONITOR_API_KEY_FILE: path }).apiKey?.value.reveal(), KEY);
    truncateSync(path, 100_000_000_000);
    assert.match(
      problemsOf({ ...BACKEND, MONITOR_API_KEY_FILE: path })[0] ?? '',
      /^MONITOR_API_KEY_FILE: expected at most 4096 bytes in /,
    );
  });

  test('a link to a file that others can read', (t) => {
    const path = join(temporaryFolder(t), 'link');
    symlinkSync(fileWith(t, KEY, 0o644), path);
    assert.match(problemsOf({ ...BACKEND, MONITOR_API_KEY_FILE: path })[0] ?? '', /by group or others/);
  });

  test('a FIFO, which would block', (t) => {
    const path = join(temporaryFolder(t), 'fifo');
    execFileSync('mkfifo', ['-m', '600', path]);
    assert.match(problemsOf({ ...BACKEND, MONITOR_API_KEY_FILE: path })[0] ?? '', /is no file$/);
  });

  test('a credential that cannot be read', (t) => {
    const folder = temporaryFolder(t);
    symlinkSync('api-key', join(folder, 'api-key'));
    assert.match(
      problemsOf({ CREDENTIALS_DIRECTORY: folder })[0] ?? '',
      /expected a file that can be read: ELOOP/,
    );
    const other = temporaryFolder(t);
    mkdirSync(join(other, 'api-key'));
    assert.match(
      problemsOf({ CREDENTIALS_DIRECTORY: other })[0] ?? '',
      /expected a file that can be read: .*api-key is no file/,
    );
  });

  test('a file given by flag, which is named by its flag', (t) => {
    const apiKeyFile = fileWith(t, KEY, 0o644);
    const bridgeTokenFile = fileWith(t, 'short');
    assert.deepEqual(
      problemsOf(BACKEND, { apiKeyFile, bridgeTokenFile }).map((problem) => problem.split(':')[0]),
      ['--api-key-file', '--bridge-token-file'],
    );
  });
});

describe("the bridge's token", () => {
  const token = 'a-token-of-16-ch';
  test('may be readable by its group, which the plugin needs, but not by everyone', (t) => {
    for (const mode of [0o600, 0o640])
      assert.equal(
        configOf({ MONITOR_BRIDGE_TOKEN_FILE: fileWith(t, token, mode) }).bridgeToken?.reveal(),
        token,
      );
    assert.match(
      problemsOf({ MONITOR_BRIDGE_TOKEN_FILE: fileWith(t, token, 0o644) })[0] ?? '',
      /read by everyone/,
    );
  });
  for (const text of ['', token.slice(1), `${token} x`, 'a-token-with-ä-in-it']) {
    test(`${JSON.stringify(text)} is refused and not shown`, (t) => {
      const [problem] = problemsOf({ MONITOR_BRIDGE_TOKEN_FILE: fileWith(t, text) });
      assert.match(problem ?? '', /^MONITOR_BRIDGE_TOKEN_FILE: expected a token of at least 16 /);
      assert.ok(text === '' || !problem?.includes(text));
    });
  }
});

describe('what is never shown', () => {
  test('the key and the token, in any output of a configuration', (t) => {
    const config = configOf({
      ...BACKEND,
      MONITOR_API_KEY: KEY,
      MONITOR_BRIDGE_TOKEN_FILE: fileWith(t, 'SECRET-token-0123456789'),
    });
    const shown = [
      describeConfig(config),
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true, getters: true }),
      String(config.apiKey?.value),
      `${config.bridgeToken}`,
      Object.values(config.apiKey ?? {}).join(),
    ];
    for (const text of shown) assert.ok(!text.includes('SECRET'), text);
    assert.equal(inspect(config.apiKey?.value), '[hidden]');
    assert.equal(config.apiKey?.value.reveal(), KEY);
  });

  for (const url of [
    'ftp://u:SECRET@b.example',
    'https://u:SECRET@b.example',
    'https://u:SEC/RET@SECRET@b.example',
    'http//u:SECRET@',
  ]) {
    test(`a password in ${url.replaceAll(/SECRET|SEC.RET/g, '…')}, which is refused`, () => {
      const problems = problemsOf({ MONITOR_BACKEND_URL: url, MONITOR_API_KEY: KEY });
      assert.ok(!/SECRET|SEC\/RET/.test(problems.join()), problems.join());
    });
  }

  test('the key, when other settings are wrong', () => {
    const result = load({ ...BACKEND, MONITOR_API_KEY: KEY, MONITOR_PORT: 'x', MONITOR_X: KEY });
    assert.ok(!JSON.stringify(result).includes('SECRET'), JSON.stringify(result));
  });
});
