import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { launchWords, MAIN } from '../support/daemon-process.js';
import { serveHttp } from '../support/loopback-server.js';
import { until } from '../support/until.js';

const POINTS = 5_000;
/** More than a pipe holds, and than a socket does. */
const LONG_BYTES = 500_000;

/** The words of `history` with these options, of something that answers with as many points as there may be. */
async function longHistory(t: TestContext, ...options: readonly string[]): Promise<string[]> {
  const values = Object.fromEntries(
    HISTORY_COLUMNS.map((name) => [name, Array.from({ length: POINTS }, (_, i) => (i % 1_000) / 10)]),
  );
  const body = JSON.stringify({
    identifier: 'vps.t1',
    now_ms: POINTS,
    seconds: 250,
    interval_ms: 50,
    step_ms: 50,
    rows: POINTS,
    columns: HISTORY_COLUMNS,
    time_ms: Array.from({ length: POINTS }, (_, i) => i),
    age_ms: Array.from({ length: POINTS }, (_, i) => POINTS - i),
    mean: values,
    max: values,
  });
  assert.ok(body.length > LONG_BYTES);
  const { port } = await serveHttp(t, (_, response) => response.end(body));
  return [...launchWords([]), MAIN, 'history', '--port', String(port), ...options];
}

/** Runs a line of bash, in which `"$@"` is the command. */
async function shell(line: string, command: readonly string[]) {
  const child = spawn('bash', ['-c', line, 'bash', ...command], {
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const told = { stdout: '', stderr: '' };
  child.stdout.on('data', (bytes: Buffer) => {
    told.stdout += bytes.toString();
  });
  child.stderr.on('data', (bytes: Buffer) => {
    told.stderr += bytes.toString();
  });
  const [code] = (await once(child, 'close')) as [number];
  return { code, ...told };
}

describe('what a command writes', { concurrency: 2 }, () => {
  for (const option of ['--csv', '--json']) {
    test(`gets all of history ${option} to a reader that takes its time`, async (t) => {
      const command = await longHistory(t, option);
      const slowly = await shell(`"$@" | (sleep 1; wc -c); exit "\${PIPESTATUS[0]}"`, command);
      const atOnce = await shell('"$@" | wc -c', command);
      assert.ok(Number(atOnce.stdout) > LONG_BYTES, atOnce.stdout);
      assert.deepEqual(slowly, { code: 0, stdout: atOnce.stdout, stderr: '' });
    });
  }

  test('is of no more use to a reader that has read enough, which is nothing to complain of', async (t) => {
    const command = await longHistory(t, '--csv');
    const { code, stdout, stderr } = await shell(`"$@" | head -1; exit "\${PIPESTATUS[0]}"`, command);
    assert.match(stdout, /^time,cpu_pct_mean,.*\n$/);
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('keeps it from ending while nobody reads, but not from ending when it is told to', async (t) => {
    for (const [signal, code] of [
      ['SIGTERM', 143],
      ['SIGINT', 130],
    ] as const) {
      const [program = '', ...words] = await longHistory(t, '--csv');
      const child = spawn(program, words, {
        env: { PATH: process.env['PATH'] },
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const exited = once(child, 'exit');
      await until('its first bytes', () => child.stdout.readableLength > 0 || child.exitCode !== null);
      child.kill(signal);
      assert.deepEqual(await exited, [code, null]);
      child.stdout.destroy();
    }
  });

  test('and what no disk has room for is an error', async (t) => {
    const history = await longHistory(t, '--csv');
    const main = [...launchWords([]), MAIN];
    for (const command of [
      history,
      [...main, 'once', '--json'],
      [...main, 'completion', 'bash'],
      [...main, '--help'],
      [...main, '--version'],
    ]) {
      const { code, stderr } = await shell('"$@" >/dev/full', command);
      assert.equal(stderr, 'harborforge-monitor: standard output: ENOSPC: no space left on device, write\n');
      assert.equal(code, 1);
    }
  });

  test('is written to its end into a file, or it is an error', async (t) => {
    const command = await longHistory(t, '--csv');
    // The kernel takes 300 kB of it, and no more.
    const { code, stderr } = await shell(
      'cd "$(mktemp -d)"; trap "" XFSZ; ulimit -f 300; "$@" >csv; code=$?; rm -r "$PWD"; exit $code',
      command,
    );
    assert.equal(stderr, 'harborforge-monitor: standard output: EFBIG: file too large, write\n');
    assert.equal(code, 1);
  });

  test('--help is nothing to complain of either, where nobody reads it', async () => {
    const { stderr } = await shell('"$@" | true', [...launchWords([]), MAIN, '--help']);
    assert.equal(stderr, '');
  });
});
