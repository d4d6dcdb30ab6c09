import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Lateness, TickKind } from '../../../bench/lateness.bench.js';
import { percentile } from '../../../bench/support/statistics.js';
import { until } from '../../support/until.js';

const SCRIPT = fileURLToPath(new URL('../../../bench/support/lateness-process.js', import.meta.url));

function start(t: TestContext, kind: TickKind, intervalMs: number, windowMs: number) {
  const child = spawn(process.execPath, [SCRIPT, kind, String(intervalMs), '0', String(windowMs)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const lateness = once(child, 'close').then(() => JSON.parse(Buffer.concat(chunks).toString()) as Lateness);
  return { pid: child.pid!, lateness };
}

function holdsOpen(pid: number, path: string): boolean {
  const fds = readdirSync(`/proc/${pid}/fd`);
  return fds.some((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`) === path;
    } catch {
      // It was closed meanwhile.
      return false;
    }
  });
}

test('a stopped lane reports the delay as lateness or as missed ticks', async (t) => {
  const { pid, lateness } = start(t, 'lane', 10, 3_000);
  await until('the lane to sample', () => holdsOpen(pid, '/proc/stat'));
  // More than once: the first stop may fall before the measured window.
  for (let i = 0; i < 3; i++) {
    process.kill(pid, 'SIGSTOP');
    await delay(300);
    process.kill(pid, 'SIGCONT');
    await delay(300);
  }
  const { latenessMs, missed } = await lateness;
  assert.ok(percentile(latenessMs, 1) > 250 || missed >= 25, `${percentile(latenessMs, 1)} ms, ${missed}`);
});

for (const kind of ['empty', 'setInterval'] as const) {
  test(`${kind}: ticks run without the lane’s work`, async (t) => {
    // On a machine without spare CPU time, a window may pass without a tick.
    const { latenessMs, missed } = await until('a window with ticks in it', async () => {
      const measured = await start(t, kind, 5, 300).lateness;
      return measured.latenessMs.length > 0 && measured;
    });
    assert.ok(latenessMs.every(Number.isFinite));
    assert.ok(missed >= 0);
  });
}

test('a percentile is one of the values, and NaN for an empty list', () => {
  const values = [5, 1, 4, 2, 3];
  assert.equal(percentile(values, 0.5), 3);
  assert.equal(percentile(values, 0.99), 5);
  assert.equal(percentile(values, 1), 5);
  assert.equal(percentile(values, 0), 1);
  assert.ok(Number.isNaN(percentile([], 0.5)));
});
