import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { describeConfig } from '../../src/config.js';
import { SETTING_NAMES, SETTINGS, type SettingName } from '../../src/settings.js';
import { configOf, load, PLAIN_HOST, problemsOf } from '../support/config-input.js';

const KEY = 'config-test-key-0123456789';

describe('where a value comes from', () => {
  test('nothing given: the defaults of the design, and heartbeats off', () => {
    const { origins, ...config } = configOf();
    assert.deepEqual(config, {
      port: 7311,
      identifier: 'test-host',
      allowHttp: false,
      reportIntervalSec: 30,
      sampleIntervalMs: 50,
      cpuWindowMs: 1000,
      cpuBudgetPct: 1,
      diskPath: '/',
      procfs: '/proc',
      rootfs: '/',
      logLevel: 'info',
      logFormat: 'auto',
      page: true,
      historySec: 900,
      heartbeatExtended: false,
      bridgeTransport: 'auto',
      apiKey: null,
      bridgeToken: null,
    });
    assert.equal(origins.port, 'default');
    assert.equal(origins.identifier, 'host name');
  });

  test('a flag beats the environment, which beats the default', () => {
    const config = configOf({ MONITOR_PORT: '1001', MONITOR_LOG_LEVEL: 'warn' }, { port: '1002' });
    assert.equal(config.port, 1002);
    assert.equal(config.origins.port, '--port');
    assert.equal(config.logLevel, 'warn');
    assert.equal(config.origins.logLevel, 'MONITOR_LOG_LEVEL');
    assert.equal(config.origins.procfs, 'default');
  });

  test('a flag beats an invalid variable', () => {
    assert.equal(configOf({ MONITOR_PORT: 'x' }, { port: '80' }).port, 80);
  });

  for (const name of SETTING_NAMES) {
    test(`an empty ${SETTINGS[name].env} counts as unset`, () => {
      const config = configOf({ [SETTINGS[name].env]: '' });
      assert.deepEqual(config[name], configOf()[name]);
      assert.equal(config.origins[name], name === 'identifier' ? 'host name' : 'default');
    });
  }

  test('an empty flag is an error, not unset', () => {
    assert.match(problemsOf({}, { port: '' })[0] ?? '', /^--port: expected .*, got ""$/);
  });

  test('an unknown MONITOR_ variable is a warning, other variables are not', () => {
    const result = load({ MONITOR_PROT: '1', MONITOR_API_KEY: KEY, HOME: '/', MONITORX: '1' });
    assert.ok(result.ok);
    assert.deepEqual(result.warnings, ['MONITOR_PROT: no such setting; it is ignored']);
  });

  test('an invalid configuration has warnings, too', () => {
    const result = load({ MONITOR_PROT: '1', MONITOR_PORT: 'x' });
    assert.ok(!result.ok);
    assert.equal(result.warnings.length, 1);
  });

  test('a configuration is frozen', () => assert.ok(Object.isFrozen(configOf())));
});

describe('the limits of every setting', () => {
  const limits: Record<SettingName, { good: readonly string[]; bad: readonly string[] }> = {
    port: {
      good: ['0', '1', '65535'],
      bad: ['65536', '-1', '7311.0', '0x50', 'x', ' 80', '1e3', '99999999999'],
    },
    identifier: {
      good: ['a', 'vps.t1', 'Ein Name mit ä 😀', 'x'.repeat(200)],
      bad: ['x'.repeat(201), ' ', 'a\nb', '\x07', 'a\x1bb', 'tab\there', '\u0085'],
    },
    backendUrl: {
      good: [
        'https://b.example',
        'https://b.example/base/',
        'http://127.0.0.1:1',
        'http://localhost',
        'http://[::1]:9',
      ],
      bad: [
        'b.example',
        '/x',
        'ftp://b.example',
        'ws://127.0.0.1',
        'https://u@b.example',
        'https://u:p@b.example',
        'https://b.example/?q=1',
        'https://b.example/#f',
        'http://b.example',
        'http://10.0.0.1',
        'http://127.0.0.1.example.com',
        'http://localhost.example.com',
      ],
    },
    allowHttp: { good: ['0', '1'], bad: ['true', 'yes', '2', '01'] },
    apiKeyFile: { good: [], bad: ['relative', './x', 'a\0b'] },
    reportIntervalSec: { good: ['1', '3600'], bad: ['0', '3601', '0.5', '30s', '-30'] },
    sampleIntervalMs: { good: ['1', '1000'], bad: ['0', '1001', '1.5', ''] },
    cpuWindowMs: { good: ['100', '60000'], bad: ['99', '60001', 'x'] },
    cpuBudgetPct: {
      good: ['0.01', '0.5', '100', '100.000000'],
      bad: ['0', '0.009', '100.1', '-1', '1e1', '.5', '5%', 'NaN'],
    },
    diskPath: { good: ['/', '/data disk'], bad: ['data', './', '~'] },
    procfs: { good: ['/proc', '/host/proc'], bad: ['proc', './proc'] },
    rootfs: { good: ['/', '/host/root'], bad: ['root', '~'] },
    logLevel: {
      good: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      bad: ['INFO', 'verbose', '30', 'constructor'],
    },
    bridgeTokenFile: { good: [], bad: ['relative', '/no/such/file'] },
    bridgeSocket: {
      good: ['/run/monitor.sock', `/${'x'.repeat(106)}`, `/${'x'.repeat(92)}/s`],
      bad: ['relative', `/${'x'.repeat(107)}`, `/${'ä'.repeat(54)}`, `/${'x'.repeat(93)}/s`, '/a\0b'],
    },
    logFormat: { good: ['auto', 'json', 'text', 'journal'], bad: ['pretty', 'JSON'] },
    page: { good: ['0', '1'], bad: ['yes', 'true', '2'] },
    historySec: { good: ['0', '1', '3600'], bad: ['-1', '3601', '1.5', '15m'] },
    dumpDir: { good: ['/var/tmp'], bad: ['dumps', '/a\0b'] },
    heartbeatExtended: { good: ['0', '1'], bad: ['yes', 'true', '2'] },
    bridgeTransport: { good: ['auto', 'uws', 'node-http'], bad: ['http', 'UWS'] },
  };

  for (const name of SETTING_NAMES) {
    const { env, flag } = SETTINGS[name];
    for (const value of limits[name].good) {
      test(`${env} accepts ${JSON.stringify(value.slice(0, 40))}`, () => {
        configOf({ [env]: value, MONITOR_API_KEY: KEY });
      });
    }
    for (const value of limits[name].bad) {
      test(`${env} and --${flag} reject ${JSON.stringify(value.slice(0, 40))} by name, in one line`, () => {
        const byFlag = problemsOf({ MONITOR_API_KEY: KEY }, { [name]: value });
        assert.equal(byFlag.length, 1, byFlag.join('\n'));
        assert.ok(byFlag[0]?.startsWith(`--${flag}: `), byFlag[0]);
        assert.match(byFlag[0] ?? '', /expected|not allowed/);
        assert.ok(!byFlag[0]?.includes('\n'));
        if (value === '') return;
        const byVariable = problemsOf({ [env]: value, MONITOR_API_KEY: KEY });
        assert.deepEqual(
          byVariable,
          byFlag.map((problem) => problem.replace(`--${flag}: `, `${env}: `)),
        );
      });
    }
  }

  test('a window shorter than the sample interval is refused', () => {
    assert.deepEqual(problemsOf({ MONITOR_SAMPLE_INTERVAL_MS: '500', MONITOR_CPU_WINDOW_MS: '499' }), [
      'MONITOR_CPU_WINDOW_MS: expected at least the sample interval, 500 ms, got "499"',
    ]);
    configOf({ MONITOR_SAMPLE_INTERVAL_MS: '500', MONITOR_CPU_WINDOW_MS: '500' });
  });

  test('a host name that is not a valid identifier is a problem', () => {
    const [problem] = problemsOf({}, {}, { ...PLAIN_HOST, hostname: 'x'.repeat(201) });
    assert.match(problem ?? '', /^MONITOR_IDENTIFIER: expected at most 200 characters/);
  });

  test('problems of the host are listed along with those of other settings', () => {
    const procfs = { problem: 'which is not there', masked: [] };
    assert.deepEqual(
      problemsOf({ MONITOR_PORT: 'x', MONITOR_PROCFS: '/p' }, { rootfs: 'r' }, { ...PLAIN_HOST, procfs }),
      [
        'MONITOR_PORT: expected a whole number from 0 to 65535, got "x"',
        '--rootfs: expected an absolute path, got "r"',
        `MONITOR_PROCFS: expected the host's proc file system, got "/p", which is not there`,
      ],
    );
  });

  test('an invalid proxy variable is named without its value if the backend is remote', () => {
    const env = { MONITOR_API_KEY: KEY, https_proxy: 'ftp://user:hunter2@proxy.example' };
    assert.deepEqual(problemsOf({ ...env, MONITOR_BACKEND_URL: 'https://backend.example' }), [
      'https_proxy: expected an http:// or https:// URL such as http://proxy.example:3128',
    ]);
    assert.equal(configOf({ ...env, MONITOR_BACKEND_URL: 'http://127.0.0.1:1' }).port, 7311);
  });

  test('http:// off loopback is allowed by MONITOR_ALLOW_HTTP=1', () => {
    const config = configOf({
      MONITOR_BACKEND_URL: 'http://b.example',
      MONITOR_ALLOW_HTTP: '1',
      MONITOR_API_KEY: KEY,
    });
    assert.equal(config.backendUrl?.href, 'http://b.example/');
  });

  test('a backend without a key is refused', () => {
    const [problem, ...others] = problemsOf({ MONITOR_BACKEND_URL: 'https://b.example' });
    assert.match(problem ?? '', /^MONITOR_API_KEY: heartbeats need an API key/);
    assert.deepEqual(others, []);
  });
});

test('problems between two settings are listed along with others', () => {
  const problems = problemsOf({
    MONITOR_PORT: 'x',
    MONITOR_SAMPLE_INTERVAL_MS: '500',
    MONITOR_CPU_WINDOW_MS: '200',
    MONITOR_BACKEND_URL: 'http://b.example',
  });
  assert.deepEqual(
    problems.map((problem) => problem.split(':')[0]),
    ['MONITOR_PORT', 'MONITOR_BACKEND_URL', 'MONITOR_CPU_WINDOW_MS', 'MONITOR_API_KEY'],
  );
});

test('all problems are listed at once, one line each, with name, allowed and given value', () => {
  const problems = problemsOf(
    {
      MONITOR_PORT: '70000',
      MONITOR_SAMPLE_INTERVAL_MS: '0',
      MONITOR_CPU_BUDGET_PCT: 'half',
      MONITOR_DISK_PATH: 'data',
      MONITOR_PROCFS: 'no/such',
      MONITOR_BACKEND_URL: 'b.example',
      MONITOR_API_KEY_FILE: '/no/such/key',
      MONITOR_BRIDGE_TOKEN_FILE: '/no/such/token',
    },
    { logLevel: 'loud' },
  );
  assert.deepEqual(problems.map((problem) => problem.split(':')[0]).sort(), [
    '--log-level',
    'MONITOR_API_KEY_FILE',
    'MONITOR_BACKEND_URL',
    'MONITOR_BRIDGE_TOKEN_FILE',
    'MONITOR_CPU_BUDGET_PCT',
    'MONITOR_DISK_PATH',
    'MONITOR_PORT',
    'MONITOR_PROCFS',
    'MONITOR_SAMPLE_INTERVAL_MS',
  ]);
  assert.ok(problems.includes('MONITOR_PORT: expected a whole number from 0 to 65535, got "70000"'));
  for (const problem of problems) assert.match(problem, /expected/);
});

describe('the shown configuration', () => {
  test('has a line per setting with its value and origin', () => {
    const lines = describeConfig(
      configOf({ MONITOR_PORT: '80', MONITOR_API_KEY: KEY }, { identifier: 'x y' }),
    ).split('\n');
    const byName = new Map(lines.map((line) => [line.split(' ')[0], line.split(/ {2,}/).slice(1)]));
    assert.deepEqual(
      [...byName.keys()].sort(),
      [...SETTING_NAMES.map((name) => SETTINGS[name].env), 'MONITOR_API_KEY'].sort(),
    );
    assert.deepEqual(byName.get('MONITOR_PORT'), ['80', 'MONITOR_PORT']);
    assert.deepEqual(byName.get('MONITOR_IDENTIFIER'), ['x y', '--identifier']);
    assert.deepEqual(byName.get('MONITOR_CPU_BUDGET_PCT'), ['1', 'default']);
    assert.deepEqual(byName.get('MONITOR_BACKEND_URL'), ['(unset)', 'default']);
    assert.deepEqual(byName.get('MONITOR_API_KEY'), ['[hidden]', 'MONITOR_API_KEY']);
  });
});
