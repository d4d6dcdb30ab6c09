import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startBridge, telemetryWhen } from '../support/bridge-client.js';
import { cpuTicks } from '../support/load.js';
import { parseExposition, sampleValue } from '../support/prometheus-text.js';
import { rawRequest } from '../support/raw-http.js';

/** From 10 to 1,000 samples a second. */
const CADENCES_MS = [100, 67, 50, 20, 1];
const BURNER = fileURLToPath(new URL('../support/burner.js', import.meta.url));
/** Scrapes and readings of /proc/stat are some milliseconds apart, in five seconds or more, and the counters advance in steps of 10 ms. */
const TOLERANCE_PCT = 2;

/** How long shares were seen for (ms), and the sum of share times time, as Prometheus would get them. */
async function histogramOf(port: number): Promise<{ count: number; sum: number; atMost90: number }> {
  const samples = parseExposition((await rawRequest(port, 'GET', '/metrics')).body);
  const value = (end: string, labels = {}) =>
    sampleValue(samples, `harborforge_cpu_busy_ratio_${end}`, labels) ?? Number.NaN;
  return { count: value('count'), sum: value('sum'), atMost90: value('bucket', { le: '0.9' }) };
}

test('a process that burns 150 ms in every second is seen as 100 % at most and as what the kernel counts on average, at every cadence', async (t) => {
  const ports = await Promise.all(
    CADENCES_MS.map(async (intervalMs) => {
      const { port } = await startBridge(t, {
        MONITOR_SAMPLE_INTERVAL_MS: String(intervalMs),
        MONITOR_CPU_BUDGET_PCT: '100',
        MONITOR_DISK_PATH: '/',
      });
      await telemetryWhen(port, ({ cpu_pct }) => cpu_pct !== null);
      return port;
    }),
  );
  const burner = spawn(process.execPath, [BURNER], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => burner.kill('SIGKILL'));
  const printed = text(burner.stdout);

  const ticksBefore = cpuTicks();
  const startMs = performance.now();
  const before = await Promise.all(ports.map(histogramOf));
  // Six bursts are over when the slowest has seen this much time pass.
  await Promise.all(
    ports.map((port, i) =>
      telemetryWhen(port, ({ cpu }) => (cpu.burst.seconds ?? 0) * 1_000 > before[i]!.count + 7_000),
    ),
  );
  const after = await Promise.all(ports.map(histogramOf));
  const ticksAfter = cpuTicks();
  const elapsedMs = performance.now() - startMs;
  const snapshots = await Promise.all(ports.map((port) => telemetryWhen(port)));
  burner.kill('SIGTERM');
  await once(burner, 'close');

  const kernelPct = (100 * (ticksAfter.busy - ticksBefore.busy)) / (ticksAfter.total - ticksBefore.total);
  const burntPct = (100 * Number(await printed)) / (elapsedMs * availableParallelism());
  assert.ok(burntPct > 1, `the process burnt only ${burntPct} %`);
  // On a machine that has nothing else to do the process gets what it wants.
  if (kernelPct < 50) assert.ok(Math.abs(burntPct - 15) < 3, `the process burnt ${burntPct} %`);
  else t.diagnostic(`the machine was busy with other things: ${kernelPct} %`);
  CADENCES_MS.forEach((intervalMs, i) => {
    const { cpu } = snapshots[i]!;
    const seenMs = after[i]!.count - before[i]!.count;
    const meanPct = (100 * (after[i]!.sum - before[i]!.sum)) / seenMs;
    const above90Ms = seenMs - (after[i]!.atMost90 - before[i]!.atMost90);
    const told = `every ${intervalMs} ms: mean ${meanPct} %, kernel ${kernelPct} %, burnt ${burntPct} %, above 90 %: ${above90Ms} ms of ${seenMs}, ${JSON.stringify(cpu.burst)}`;
    t.diagnostic(told);
    assert.equal(cpu.burst.max_pct, 100, told);
    assert.ok(Math.abs(meanPct - kernelPct) < TOLERANCE_PCT, told);
    assert.ok(above90Ms > 0 && above90Ms <= seenMs, told);
  });
});
