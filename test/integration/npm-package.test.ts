import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../support/fixtures.js';
import { freePort } from '../support/free-port.js';
import { rawRequest } from '../support/raw-http.js';
import { until } from '../support/until.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];

test('what npm packs is a daemon that runs where it is installed, without any script of an installation', async (t) => {
  const folder = temporaryFolder(t);
  const npm = (...words: string[]): string =>
    execFileSync('npm', [...words, ...QUIET], { cwd: ROOT, encoding: 'utf8' }).trim();
  const file = npm('pack', '--pack-destination', folder);
  npm('install', '--global', '--prefer-offline', '--prefix', folder, join(folder, file));

  const port = await freePort();
  const env = { PATH: process.env['PATH'], MONITOR_PORT: String(port), MONITOR_DISK_PATH: '/' };
  const daemon = spawn(join(folder, 'bin/harborforge-monitor'), { cwd: '/', env, stdio: 'ignore' });
  const ended = once(daemon, 'exit');
  t.after(() => daemon.kill('SIGKILL'));
  await until('a sample', () =>
    rawRequest(port, 'GET', '/telemetry').then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  daemon.kill('SIGTERM');
  assert.deepEqual(await ended, [0, null]);
});
