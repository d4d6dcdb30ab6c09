import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { SETTING_NAMES, SETTINGS } from '../../src/settings.js';
import { startBridge } from '../support/bridge-client.js';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { rawRequest } from '../support/raw-http.js';
import { runOnce } from '../support/run-once.js';

const NAME = 'harborforge-monitor: ';
const KEY = 'config-process-key-0123456789';

describe('a wrong configuration', () => {
  test('ends with 78, a line for each problem on stderr, and nothing on stdout', async () => {
    const { code, stdout, stderr } = await runOnce(['--nope', '--report-interval-sec=0', 'stray'], {
      MONITOR_PORT: 'x',
      MONITOR_DISK_PATH: 'relative',
      MONITOR_BACKEND_URL: 'https://b.example',
    });
    assert.equal(code, 78);
    assert.equal(stdout, '');
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) assert.ok(line.startsWith(NAME), line);
    assert.deepEqual(
      lines.slice(0, -1).map((line) => line.slice(NAME.length).split(':')[0]),
      [
        '--nope',
        'argument 3',
        'MONITOR_PORT',
        '--report-interval-sec',
        'MONITOR_DISK_PATH',
        'MONITOR_API_KEY',
      ],
    );
    assert.match(lines.at(-1) ?? '', /nothing was started/);
  });

  test('starts nothing: the port stays free', async () => {
    const port = await freePort();
    const { code } = await runOnce(['--port', String(port), '--log-level', 'loud']);
    assert.equal(code, 78);
    const server = createServer().listen(port, '127.0.0.1');
    await new Promise((resolve, reject) => {
      server.once('listening', resolve);
      server.once('error', reject);
    });
    server.close();
  });

  for (const [what, mode, text] of [
    ['that others can read', 0o644, KEY],
    ['that is empty', 0o600, ''],
    ['with a newline inside', 0o600, 'SECRET\nkey'],
  ] as const) {
    test(`a key file ${what} is 78`, async (t) => {
      const file = join(temporaryFolder(t), 'key');
      writeFileSync(file, text);
      chmodSync(file, mode);
      const { code, stderr } = await runOnce(['--api-key-file', file], {
        MONITOR_BACKEND_URL: 'http://127.0.0.1:9',
      });
      assert.equal(code, 78);
      assert.ok(stderr.startsWith(`${NAME}--api-key-file: `), stderr);
      assert.ok(!stderr.includes('SECRET') && !stderr.includes(KEY));
    });
  }

  test('a missing key file is 78', async () => {
    const { code, stderr } = await runOnce([], {
      MONITOR_API_KEY_FILE: '/no/such/file',
      MONITOR_BACKEND_URL: 'http://127.0.0.1:9',
    });
    assert.equal(code, 78);
    assert.match(stderr, /MONITOR_API_KEY_FILE: expected a file that can be read: .*\/no\/such\/file/);
  });
});

describe('--check-config', () => {
  test('prints everything that is in force with its origin, the secrets hidden, and ends with 0', async () => {
    const { code, stdout, stderr } = await runOnce(['--check-config', '--identifier', 'vps t1'], {
      MONITOR_PORT: '1234',
      MONITOR_BACKEND_URL: 'https://b.example/base',
      MONITOR_API_KEY: KEY,
      MONITOR_PROT: '1',
    });
    assert.equal(code, 0);
    const [table = '', findings] = stdout.split('\n\n');
    assert.equal(findings, 'MONITOR_DISK_PATH: as asked for\n');
    const rows = new Map(
      table
        .split('\n')
        .map((line) => line.split(/ {2,}/))
        .map(([name = '', ...rest]) => [name, rest] as const),
    );
    assert.equal(rows.size, SETTING_NAMES.length + 1);
    assert.deepEqual(rows.get('MONITOR_PORT'), ['1234', 'MONITOR_PORT']);
    assert.deepEqual(rows.get('MONITOR_IDENTIFIER'), ['vps t1', '--identifier']);
    assert.deepEqual(rows.get('MONITOR_BACKEND_URL'), ['https://b.example/base', 'MONITOR_BACKEND_URL']);
    assert.deepEqual(rows.get('MONITOR_SAMPLE_INTERVAL_MS'), ['50', 'default']);
    assert.deepEqual(rows.get('MONITOR_API_KEY'), ['[hidden]', 'MONITOR_API_KEY']);
    assert.equal(stderr, `${NAME}MONITOR_PROT: no such setting; it is ignored\n`);
  });

  test('of a wrong configuration ends with 78', async () => {
    const { code, stdout } = await runOnce(['--check-config', '--port', 'x']);
    assert.equal(code, 78);
    assert.equal(stdout, '');
  });

  test('listens on nothing, even with the port in use', async (t) => {
    const { port } = await startBridge(t);
    assert.equal((await runOnce(['--check-config', '--port', String(port)])).code, 0);
    assert.ok([200, 503].includes((await rawRequest(port, 'GET', '/health')).status));
  });
});

describe('--help and --version', () => {
  test('--help tells every setting on stdout, and ends with 0, whatever else is wrong', async () => {
    const { code, stdout, stderr } = await runOnce(['--help', '--port', 'x'], { MONITOR_PORT: 'x' });
    assert.equal(code, 0);
    assert.equal(stderr, '');
    for (const name of SETTING_NAMES) assert.ok(stdout.includes(SETTINGS[name].env), name);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  for (const flag of ['--version', '-V']) {
    test(`${flag} tells the version alone, and ends with 0`, async () => {
      assert.deepEqual(await runOnce([flag]), { code: 0, stdout: '0.1.0\n', stderr: '' });
    });
  }
});

describe('a running daemon', () => {
  test('warns in its log of a variable that there is not', async (t) => {
    const { daemon } = await startBridge(t, { MONITOR_PROT: '1', MONITOR_BRIDGE_TRANSPORT: 'node-http' });
    const warnings = daemon.lines.filter(({ level }) => level === 'warn');
    assert.deepEqual(
      warnings.map(({ msg }) => msg),
      ['MONITOR_PROT: no such setting; it is ignored'],
    );
  });

  test('says once that heartbeats are off when no backend is set', async (t) => {
    const { daemon } = await startBridge(t);
    await daemon.line(({ msg }) => msg?.startsWith('heartbeats are off: MONITOR_BACKEND_URL') === true);
    assert.equal(await daemon.stop(), 0);
    assert.equal(daemon.lines.filter(({ msg }) => msg?.includes('heartbeats are off')).length, 1);
  });

  test('takes the identifier and the port that it is given', async (t) => {
    const port = await freePort();
    const { port: got } = await startBridge(t, {
      MONITOR_PORT: String(port),
      MONITOR_IDENTIFIER: 'vps "t1" ä',
    });
    assert.equal(got, port);
    const { body } = await rawRequest(port, 'GET', '/health');
    assert.equal((JSON.parse(body) as { identifier: string }).identifier, 'vps "t1" ä');
  });
});
