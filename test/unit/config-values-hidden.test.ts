import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseCommand } from '../../src/cli.js';
import { readAddress } from '../../src/commands/bridge-address.js';
import { configJson } from '../../src/commands/config.js';
import { checkConfiguration } from '../../src/commands/doctor/configuration.js';
import { describeConfig } from '../../src/config.js';
import { SETTING_NAMES, SETTINGS } from '../../src/setting-table.js';
import { readProxies } from '../../src/shared/proxies.js';
import { load } from '../support/config-input.js';

const SECRET = 'SeCrEt0123456789';
const KEY = { MONITOR_API_KEY: 'another-key' };

/** All output about a configuration, valid or not. */
function shownOf(env: Readonly<Record<string, string>>): string {
  const result = load(env);
  const texts = [...result.warnings, ...(result.ok ? [describeConfig(result.config)] : result.problems)];
  return JSON.stringify([texts, configJson(result), checkConfiguration(result)]);
}

function assertHidden(env: Readonly<Record<string, string>>): void {
  assert.ok(!shownOf(env).toLowerCase().includes(SECRET.toLowerCase()), shownOf(env));
}

/** Text that a typo, a shell or a template may put around a secret. */
const around = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 8 }),
  fc
    .array(
      fc.constantFrom(
        ...['http', 'https', ':', '/', '//', '\\', '@', '%40', '%2F', '?', '#', '?token=', 'u', 'h.example'],
        ...['\t', '\n', '\r', ' ', '[', ']', '"', "'", 'ä', '｡', '\u202e', '127.0.0.1', ':80', '='],
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

describe('a password in MONITOR_BACKEND_URL is never shown', () => {
  for (const url of [
    `https:user:${SECRET}@h/`,
    `https:/user:${SECRET}@h/`,
    `https:///user:${SECRET}@h/`,
    `https:\\\\user:${SECRET}@h`,
    `https:\\user:${SECRET}@h`,
    `//user:${SECRET}@h`,
    `user:${SECRET}@h`,
    `${SECRET}@h`,
    `https://user:12#${SECRET}@h`,
    `https://user:${SECRET}/x@h`,
    `https://${SECRET}/x@h`,
    `https://user%3A${SECRET}%40h/`,
    `https://user:${SECRET}＠h/`,
    `ht\ntps://user:${SECRET}@h`,
    `https://user:${SECRET}\t@h`,
    `https://h/?token=${SECRET}`,
    `https:h?token=${SECRET}`,
    `https://h/#${SECRET}`,
    `h?token=${SECRET}`,
    SECRET,
    `http://${SECRET}`,
    `http://${SECRET}/`,
    `${SECRET}:`,
  ])
    it(JSON.stringify(url.replace(SECRET, '…')), () => assertHidden({ ...KEY, MONITOR_BACKEND_URL: url }));

  it('with any text around it', () => {
    fc.assert(
      fc.property(around, around, (before, after) => {
        const env = { ...KEY, MONITOR_BACKEND_URL: `${before}${SECRET}${after}` };
        // Without an @ it may be a valid URL with the secret in its host or path, which cannot be detected.
        fc.pre(!load(env).ok || `${before}${after}`.includes('@'));
        assertHidden(env);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a key that was pasted into another setting', () => {
  for (const name of SETTING_NAMES) {
    const { env } = SETTINGS[name];
    it(`${env} does not show it when rejecting it, with any text around it`, async () => {
      await fc.assert(
        fc.asyncProperty(around, around, async (before, after) => {
          const value = `${before}${SECRET}${after}`;
          // A value that begins with a slash is a path, which the error for a missing file has to name.
          fc.pre(!value.startsWith('/'));
          const given = { ...KEY, [env]: value };
          if (!load(given).ok) assertHidden(given);
          const { signal } = new AbortController();
          const address = await readAddress({ env: given, flags: {}, signal });
          if ('problems' in address) assert.ok(!JSON.stringify(address).includes(SECRET));
        }),
        { numRuns: 200 },
      );
    });
  }

  it('is not shown after a flag that takes no value or does not exist', () => {
    for (const arg of [`--check-config=${SECRET}`, `--strict=${SECRET}`, `--api-key=${SECRET}`, SECRET]) {
      const command = parseCommand(['health', arg]);
      assert.ok('problems' in command && !command.problems.join().includes(SECRET), arg);
    }
  });
});

it('a password in a proxy variable appears in no host, port or path of a proxy and in no error', () => {
  const proxyOf = (text: string): string => {
    try {
      const { protocol, host, pathname, search, hash } = readProxies({ https_proxy: text }).httpsProxy!;
      return `${protocol}//${host}${pathname}${search}${hash}`;
    } catch (error) {
      return String(error);
    }
  };
  const forms = [
    'http://u:',
    'u:',
    'https:u:',
    '//u:',
    'http://',
    'http://u:12#',
    'http://u:12/',
    'http://u:1?',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...forms), around, around, (form, before, after) => {
      const shown = proxyOf(`${form}${before}${SECRET}${after}@proxy.example:3128`);
      assert.ok(!shown.toLowerCase().includes(SECRET.toLowerCase()), shown);
    }),
    { numRuns: 2_000 },
  );
});
