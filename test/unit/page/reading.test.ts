import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readHealth } from '../../../src/page/facts.js';
import { ageText, figuresOf, missingPressure } from '../../../src/page/figures.js';
import { readTelemetry } from '../../../src/page/reading.js';
import { readingOf, TELEMETRY } from './readings.js';

test('every figure is shown as received', () => {
  const figures = figuresOf(readingOf());
  const wanted = {
    identifier: 'vps.t1',
    cpu: '10.5 %',
    burst: '97.5 %',
    hottest_core: 'core 1 · 99.0 %',
    burst_max: '100 %',
    burst_above: '3.12 s',
    swap: '0.0 %',
    load_5: '0.09',
    uptime: '3 h 25 min',
    nginx: '1 site',
    pressure_cpu: '2.0 %',
    pressure_io: 'unknown',
    io_some_10: '0.2 %',
    pressure_note: '',
  };
  for (const [name, text] of Object.entries(wanted)) assert.equal(figures[name], text, name);
});

test('a null or missing value is unknown, never a number', () => {
  const nulls = Object.fromEntries(Object.keys(TELEMETRY).map((name) => [name, null]));
  const { sampled_at } = TELEMETRY;
  for (const body of [{ ...nulls, sampled_at }, { sampled_at }]) {
    const reading = readTelemetry(body);
    assert.ok(reading !== null);
    for (const [name, text] of Object.entries(figuresOf(reading)))
      if (!['identifier', 'burst_window', 'burst_title', 'pressure_note'].includes(name))
        assert.equal(text, 'unknown', name);
  }
});

test('unsupported pressure is distinguished from unknown pressure', () => {
  const without = figuresOf(readingOf({ pressure: { supported: false } }));
  assert.equal(without['pressure_cpu'], 'n/a');
  assert.equal(without['memory_full_60'], 'n/a');
  assert.match(without['pressure_note'] ?? '', /tells no pressure/);
  const failed = figuresOf(readingOf({ pressure: { supported: true, interval_ms: null } }));
  assert.equal(failed['pressure_cpu'], 'unknown');
  assert.equal(failed['pressure_note'], '');
  const missing = [false, true, null].map((isPressureSupported) => missingPressure({ isPressureSupported }));
  assert.match(missing[0]!, /^No pressure is told: PSI is left out of this kernel/);
  assert.deepEqual(missing.slice(1), ['', '']);
});

test('a partly observed minute is not called a minute', () => {
  const seconds = (value: number) =>
    figuresOf(readingOf({ cpu: { burst: { seconds: value } } }))['burst_title'];
  assert.equal(seconds(60), 'Bursts of the last minute');
  assert.equal(seconds(23.2), 'Bursts of the last 23 s');
});

test('the burst window is 100 ms, or the time between samples at a slower cadence', () => {
  const windowAt = (interval_ms: number | null) =>
    figuresOf(readingOf({ sampling: { interval_ms } }))['burst_window'];
  assert.deepEqual([null, 50, 100, 100.3, 333.25, 2_000, 2_500].map(windowAt), [
    '100 ms',
    '100 ms',
    '100 ms',
    '100 ms',
    '333 ms',
    '2 s',
    '2.5 s',
  ]);
});

test('stale sources are named with their age', () => {
  const { stale } = readingOf({ stale: ['disk', 'cpu'], stale_seconds: { disk: 73.2 } });
  assert.equal(ageText(stale, ['memory', 'swap', 'disk']), 'disk stale for 1 min 13 s');
  assert.equal(ageText(stale, ['cpu']), 'is stale');
  assert.equal(ageText(stale, ['load']), '');
});

test('malformed telemetry gives no reading', () => {
  for (const body of [undefined, null, 'x', 3, [], {}, { sampled_at: 'yesterday' }, { sampled_at: 5 }])
    assert.equal(readTelemetry(body), null);
});

test('/health of a host without backend, plugin and inventory says so', () => {
  const facts = readHealth({
    status: 'ok',
    monitor_version: '0.1.0',
    problems: [],
    heartbeat: { enabled: false },
    openclaw: null,
    host: null,
  });
  assert.equal(facts?.texts['heartbeat'], 'off');
  assert.equal(facts?.texts['plugin'], 'no push yet');
  assert.equal(facts?.texts['os'], 'unknown');
  assert.equal(facts?.texts['cost'], 'unknown');
});

test('/health of a reporting host shows the last heartbeat result and when the next is due', () => {
  const last = { result: 'server_error', status: 503, age_seconds: 12.3, next_in_seconds: 17.9 };
  const facts = readHealth({
    status: 'degraded',
    problems: ['the backend answers 503', 'the disk hangs'],
    lanes: {
      proc: { interval_ms: 73.25, interval_ms_configured: 50, missed_ticks: 3, missed_ticks_pct: 0.012 },
    },
    cost: { sampler_cpu_pct: 0.312, sampler_cpu_budget_pct: 0.5, process_rss_bytes: 84_200_000 },
    heartbeat: { enabled: true, last },
    openclaw: { age_seconds: 5, version: 'OpenClaw 2026.3.13', plugin_version: '0.2.0' },
    host: { os: 'Debian', cpu_model: 'EPYC', cpu_cores: 1 },
  });
  assert.deepEqual(facts?.problems, ['the backend answers 503', 'the disk hangs']);
  const wanted = {
    heartbeat: 'the backend failed (503)',
    heartbeat_age: '12 s ago',
    heartbeat_next: 'in 17 s',
    cadence: 'one in 73.3 ms; 50 ms asked for',
    missed: '3 (0.01 %)',
    cost: '0.31 % of a core, 0.5 % allowed',
    rss: '84.2 MB',
    cpu_model: 'EPYC, 1 core',
    plugin_age: '5 s ago',
  };
  for (const [name, text] of Object.entries(wanted)) assert.equal(facts?.texts[name], text, name);
});
