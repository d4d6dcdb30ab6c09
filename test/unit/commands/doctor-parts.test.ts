import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, test } from 'node:test';
import { checkConfiguration, soundPart } from '../../../src/commands/doctor/configuration.js';
import { bytes, ok, percent, problem, warning } from '../../../src/commands/doctor/finding.js';
import { findPortHolder } from '../../../src/commands/doctor/port-holder.js';
import { render } from '../../../src/commands/doctor/render.js';
import { checkRuntime } from '../../../src/commands/doctor/runtime.js';
import { createStyle } from '../../../src/commands/style.js';
import { API_KEY_ENV } from '../../../src/setting-table.js';
import { findMount } from '../../../workers/host/mountinfo.js';
import { load, PLAIN_HOST, problemsOf } from '../../support/config-input.js';

describe('the output', () => {
  const FINDINGS = [
    ok('cpu', 'word '.repeat(30).trim()),
    warning('clock', 'is wrong', 'have it kept'),
    problem('port', 'is taken', 'take another'),
  ];

  test('fits 80 columns, with advice and a summary', () => {
    const lines = render(FINDINGS, 80, createStyle({}, {})).split('\n');
    assert.ok(lines.every((line) => line.length <= 80));
    assert.deepEqual(lines.slice(3), [
      'warning  clock          is wrong',
      '                        To do: have it kept',
      'problem  port           is taken',
      '                        To do: take another',
      '',
      '1 ok, 1 warning, 1 problem',
      '',
    ]);
  });

  test('has colours on a terminal, and none with NO_COLOR', () => {
    assert.ok(
      render(FINDINGS, 80, createStyle({ isTTY: true }, { TERM: 'xterm' })).includes('\x1b[31mproblem'),
    );
    assert.ok(!render(FINDINGS, 80, createStyle({ isTTY: true }, { NO_COLOR: '1' })).includes('\x1b'));
  });

  test('formats sizes and percentages for humans', () => {
    assert.deepEqual([0, 1023, 1536, 24 * 1024 ** 3].map(bytes), ['0 B', '1023 B', '1.5 KiB', '24.0 GiB']);
    assert.deepEqual([percent(1.25), percent(null), percent(Number.NaN)], ['1.3 %', '?', '?']);
  });
});

describe('a configuration with problems', () => {
  const HTTPS = { MONITOR_BACKEND_URL: 'https://b.example' };

  test('has one finding per problem, with advice', () => {
    const found = checkConfiguration(load({ MONITOR_PORT: 'x', MONITOR_PROT: '1' }));
    assert.deepEqual(
      found.map(({ verdict, advice }) => [verdict, advice]),
      [
        ['problem', 'mend MONITOR_PORT: harborforge-monitor --help tells what is allowed'],
        ['warning', 'see harborforge-monitor --help for how it is spelt, and unset MONITOR_PROT'],
      ],
    );
  });

  for (const [what, env, flags] of [
    ['a wrong port', { MONITOR_PORT: 'x', [API_KEY_ENV]: 'key', ...HTTPS }, {}],
    ['a wrong flag', { [API_KEY_ENV]: 'key', ...HTTPS }, { cpuWindowMs: '1' }],
    ['no key', HTTPS, {}],
    ['no key file', { ...HTTPS, MONITOR_API_KEY_FILE: '/no/such/file' }, {}],
    ['a credential that is none', { ...HTTPS, MONITOR_API_KEY_FILE: '/dev/null' }, {}],
  ] as const) {
    test(`${what}: the rest can still be checked, including the backend`, () => {
      const wrong = { problems: problemsOf(env, flags), unanswered: [], host: PLAIN_HOST };
      const { given, hasKey } = soundPart({ env, flags }, wrong);
      const result = load(given.env, given.flags);
      assert.ok(result.ok, JSON.stringify(result));
      assert.equal(result.config.backendUrl?.hostname, 'b.example');
      assert.equal(hasKey, API_KEY_ENV in env);
    });
  }
});

describe('the mount of a path', () => {
  const TEXT = [
    '27 1 254:0 / / rw,relatime - ext4 /dev/vda rw',
    '28 27 0:25 / /mnt/a ro,relatime shared:1 - nfs4 server:/export rw',
    '29 27 0:26 / /mnt/a\\040b rw - fuse.sshfs me@host:/x rw',
    '30 27 0:27 / /mnt/a rw - tmpfs tmpfs rw',
    '',
  ].join('\n');
  for (const [path, source, mountPoint] of [
    ['/', '/dev/vda', '/'],
    ['/mnt', '/dev/vda', '/'],
    ['/mnt/ab', '/dev/vda', '/'],
    ['/mnt/a/deep', 'tmpfs', '/mnt/a'],
    ['/mnt/a b', 'me@host:/x', '/mnt/a b'],
  ] as const) {
    test(path, () => {
      const mount = findMount(TEXT, path);
      assert.deepEqual([mount?.source, mount?.mountPoint], [source, mountPoint]);
    });
  }

  test('is null if none is listed', () => assert.equal(findMount('', '/'), null));
  test('may be read-only', () =>
    assert.equal(findMount(TEXT.replace(/^30.*\n/m, ''), '/mnt/a')?.isReadOnly, true));
});

describe('the runtime', () => {
  const runtime = (choice: 'auto' | 'uws' | 'node-http', node: string, load: () => unknown) =>
    checkRuntime(choice, { ...process.versions, node }, load).map(({ verdict }) => verdict);
  const fail = () => {
    throw new Error('no build');
  };

  test('an old Node is a problem', () => {
    for (const version of ['18.20.0', '20.17.9', '20.18.0'])
      assert.equal(runtime('auto', version, () => {})[0], 'problem');
    for (const version of ['20.18.1', '20.19.0', '24.0.0'])
      assert.equal(runtime('auto', version, () => {})[0], 'ok');
  });

  test('a failure to load uWebSockets.js is a warning, or a problem if it is required', () => {
    assert.equal(runtime('auto', '20.20.0', fail)[1], 'warning');
    assert.equal(runtime('uws', '20.20.0', fail)[1], 'problem');
    assert.equal(runtime('node-http', '20.20.0', fail)[1], 'ok');
  });
});

test('the process that listens on a port is found by name and pid', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  assert.match(findPortHolder(port, '/proc') ?? '', new RegExp(`^\\S+ \\(pid ${process.pid}\\)$`));
  assert.equal(findPortHolder(1, '/proc'), null);
});
