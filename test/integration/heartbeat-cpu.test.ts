import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { describe, it, type TestContext } from 'node:test';
import { CPU_FIELDS, parseStat } from '../../workers/proc/stat.js';
import { CpuWindowRig } from '../support/cpu-window-rig.js';
import { startBackend, startReporting } from '../support/heartbeat-daemon.js';

/** The window of a beat begins and ends up to a sample and a request's way beside our own readings. */
const TOLERANCE_PCT = 10;

/** Keeps half of the CPUs busy until the test is over, thirty seconds at most. */
async function load(t: TestContext): Promise<void> {
  const workers = Math.max(1, Math.floor(availableParallelism() / 2));
  const child = spawn('stress-ng', ['--cpu', String(workers), '--timeout', '30'], { stdio: 'ignore' });
  t.after(async () => {
    const ended = once(child, 'close');
    child.kill('SIGTERM');
    await ended;
  });
  await once(child, 'spawn');
}

describe('cpu_pct of the heartbeats', { timeout: 60_000 }, () => {
  it('is what the kernel counted between them, idle and under load', async (t) => {
    const counters = new Float64Array(CPU_FIELDS.length);
    const sums = new CpuWindowRig(1_000, 1_000);
    const backend = await startBackend(t);
    const pairs: { sent: number; counted: number }[] = [];
    let before: { busy: number; total: number } | null = null;
    backend.onArrival(({ heartbeat }) => {
      const stat = readFileSync('/proc/stat');
      parseStat(stat, stat.length, counters);
      sums.push(counters, performance.now());
      const now = { busy: sums.number('cpu_busy_ticks'), total: sums.number('cpu_total_ticks') };
      if (before !== null && heartbeat?.cpu_pct !== undefined) {
        const counted = (100 * (now.busy - before.busy)) / (now.total - before.total);
        pairs.push({ sent: heartbeat.cpu_pct, counted });
      }
      before = now;
    });
    startReporting(t, backend.url, { MONITOR_REPORT_INTERVAL_SEC: '2' });
    await backend.arrived(2);
    await load(t);
    await backend.arrived(5);
    const text = JSON.stringify(pairs);
    assert.equal(pairs.length, 4, text);
    for (const { sent, counted } of pairs) assert.ok(Math.abs(sent - counted) < TOLERANCE_PCT, text);
    assert.ok(pairs[3]!.sent > 30, text);
  });
});
