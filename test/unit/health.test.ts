import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerHealth } from '../../src/health.js';
import { FrameReader } from '../../src/shared/frame-store.js';
import { DISK_READER, DISK_STORE, TELEMETRY_READER, TELEMETRY_STORE } from '../../src/shared/layout.js';
import { FrameSource } from '../support/frames.js';

const SAMPLED_MS = 5_000;

/** The answer of /health `ageMs` after a frame with these numbers. */
function healthAfter(ageMs: number, numbers: Parameters<FrameSource['publish']>[0]['numbers']) {
  const frames = new FrameSource();
  frames.publish({ numbers: { sampled_mono_ms: SAMPLED_MS, ...numbers } });
  const { status, body } = answerHealth({
    version: '0.1.0',
    identifier: 'vps.t1',
    startMonoMs: 0,
    budgetPct: 0.5,
    configuredIntervalMs: 50,
    frames: new FrameReader(frames.shared, TELEMETRY_STORE, TELEMETRY_READER.main),
    diskFrames: new FrameReader(frames.shared, DISK_STORE, DISK_READER.main),
    transport: () => 'uws',
    monoMs: () => SAMPLED_MS + ageMs,
    problems: () => [],
    samplerCpuPct: () => null,
    lane: () => ({ running: true, restarts: 0 }),
    heartbeat: () => null,
    openclaw: () => null,
    inventory: () => null,
  });
  return { status, body: JSON.parse(body as string) };
}

test('a host with a long sample interval stays healthy for three intervals', () => {
  assert.equal(healthAfter(30_000, { interval_ms: 10_000 }).body.status, 'ok');
  const late = healthAfter(30_001, { interval_ms: 10_000 });
  assert.equal(late.body.status, 'unhealthy');
  assert.match(late.status, /^503 /);
});

test('the current and the configured interval are reported, and the share of missed ticks', () => {
  const { proc } = healthAfter(10, { interval_ms: 70, ticks: 990, missed_ticks: 10 }).body.lanes;
  assert.deepEqual([proc.interval_ms, proc.interval_ms_configured, proc.missed_ticks_pct], [70, 50, 1]);
});
