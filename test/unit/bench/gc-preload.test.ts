import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type GcReport, takeAccount } from '../../../bench/support/gc-account.js';
import { DaemonProcess } from '../../support/daemon-process.js';
import { until } from '../../support/until.js';

/** Runs the real daemon with the probe in its proc lane for at least `ticks` ticks, and returns the probe's report. */
async function watch(t: TestContext, ticks: number, query: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-gc-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'report.json');
  const probe = new URL('../../../bench/support/gc-preload.js', import.meta.url);
  for (const [name, value] of Object.entries({ report: path, every: '10', ...query }))
    probe.searchParams.set(name, value);
  const daemon = new DaemonProcess(
    { MONITOR_SAMPLE_INTERVAL_MS: '1', MONITOR_CPU_BUDGET_PCT: '100' },
    [],
    ['--import', probe.href],
  );
  t.after(() => daemon.stop('SIGKILL'));
  const address = await daemon.address();
  await until('enough ticks', async () => {
    const health = await fetch(`${address}/health`);
    const { lanes } = (await health.json()) as { lanes: { proc: { ticks?: number } } };
    return (lanes.proc.ticks ?? 0) > ticks;
  });
  assert.equal(await daemon.stop(), 0);
  return JSON.parse(readFileSync(path, 'utf8')) as GcReport;
}

test('the collections of a lane whose event loop never turned are reported when it ends', async (t) => {
  const report = await watch(t, 150, { forceMajorAt: '100' });
  const account = takeAccount(report, report.endMs);
  assert.equal(account.byKind.major.count, 1);
  assert.ok(account.ticks >= 150, `${account.ticks} ticks`);
  // It is reported with its own time: between the samples around the tick that forced it.
  const major = report.collections.find(({ durationMs, kind }) => durationMs > 0 && kind === 4);
  const before = report.samples.find(({ ticks }) => ticks === 100);
  const after = report.samples.find(({ ticks }) => ticks === 110);
  assert.ok(major && before && after);
  assert.ok(before.atMs <= major.startMs && major.startMs + major.durationMs <= after.atMs);
});

test('a lane has no major collection unless one is forced', async (t) => {
  const report = await watch(t, 150, {});
  assert.equal(takeAccount(report, report.endMs).byKind.major.count, 0);
});
