import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HeartbeatState } from '../../../src/heartbeat/thread.js';
import { AMOUNTS, FIELDS } from '../../../src/shared/fields.js';
import { askMetrics, each, HOST, SAMPLED_MS, successOf } from '../../support/metrics-rig.js';

describe('a healthy host', () => {
  const told = askMetrics({});

  test('is exposed field by field, percentages as ratios', () => {
    const values = FIELDS.flatMap(({ metrics }) =>
      metrics.map((name) => [name, told.value(`harborforge_${name}`)]),
    );
    assert.deepEqual(Object.fromEntries(values), {
      cpu_usage_ratio: 0.105,
      memory_usage_ratio: 0.5225,
      disk_usage_ratio: 0.81,
      swap_usage_ratio: 0,
      load1: 0.12,
      load5: 0.09,
      load15: 0.03,
      host_uptime_seconds: 12_345,
      nginx_installed: 1,
      nginx_sites: 2,
    });
  });

  test('has the sizes behind the ratios, in bytes', () => {
    for (const { metric, number } of AMOUNTS)
      assert.equal(told.value(`harborforge_${metric}`), HOST[number], metric);
  });

  test('has the known modes of its CPUs, in seconds', () => {
    assert.equal(told.value('harborforge_cpu_seconds_total', { mode: 'user' }), 2);
    assert.equal(told.value('harborforge_cpu_seconds_total', { mode: 'idle' }), 3);
    assert.equal(told.value('harborforge_cpu_seconds_total', { mode: 'steal' }), undefined);
  });

  test('is up, all sources succeed, and what it lacks is unsupported', () => {
    assert.equal(told.value('harborforge_up'), 1);
    assert.deepEqual(successOf(told), each(1));
    const supported = (collector: string) => told.value('harborforge_collector_supported', { collector });
    assert.deepEqual(['cpu', 'swap', 'nginx'].map(supported), [1, 0, 1]);
  });

  test('exposes the cost of sampling', () => {
    const proc = (name: string) => told.value(`harborforge_sampler_${name}`, { lane: 'proc' });
    const names = [
      'running',
      'restarts_total',
      'ticks_total',
      'missed_ticks_total',
      'read_errors_total',
      'cpu_seconds_total',
    ];
    assert.deepEqual(names.map(proc), [1, 4, 1_000, 3, 2, 2.5]);
    assert.equal(told.value('harborforge_sampler_interval_seconds'), 0.05);
    assert.equal(told.value('harborforge_sampler_cpu_budget_ratio'), 0.005);
    assert.equal(told.value('harborforge_cpu_anomalies_total'), 1);
  });

  test('has a process with a start, CPU time, memory and descriptors', () => {
    assert.equal(told.value('process_start_time_seconds'), 1_700_000_000.5);
    for (const name of ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'process_open_fds'])
      assert.ok(told.value(name)! > 0, name);
  });

  test('has no help text that needs escaping', () => {
    for (const line of String(told.answer.body).split('\n')) {
      if (line.startsWith('# HELP')) assert.doesNotMatch(line, /[\\"]/);
    }
  });
});

describe('heartbeats', () => {
  const counts = {
    accepted: 5,
    unauthorized: 0,
    throttled: 0,
    rejected: 0,
    server_error: 2,
    unreachable: 1,
    timeout: 0,
  };
  const state: HeartbeatState = {
    running: true,
    restarts: 0,
    counts,
    last: null,
    acceptedMonoMs: Number.NaN,
  };

  test('that are off are exposed as such, without counts', () => {
    const { value, names } = askMetrics({});
    assert.equal(value('harborforge_heartbeat_enabled'), 0);
    assert.ok(!names.has('harborforge_heartbeats_total'));
  });

  test('are counted by result, including results that never occurred', () => {
    const { value, names } = askMetrics({ sources: { heartbeat: () => state } });
    assert.equal(value('harborforge_heartbeat_enabled'), 1);
    for (const [result, count] of Object.entries(counts))
      assert.equal(value('harborforge_heartbeats_total', { result }), count);
    assert.ok(!names.has('harborforge_heartbeat_accepted_age_seconds'));
  });

  test('have an age since the last accepted one', () => {
    const { value } = askMetrics({
      ageMs: 0,
      sources: { heartbeat: () => ({ ...state, acceptedMonoMs: SAMPLED_MS - 45_000 }) },
    });
    assert.equal(value('harborforge_heartbeat_accepted_age_seconds'), 45);
  });
});

describe('labels', () => {
  for (const odd of ['quote " backslash \\ end \\', 'two\nlines', 'ä 🚢 {a="b"} 1', 'tab\t\r', '']) {
    test(`carry the identifier ${JSON.stringify(odd)}`, () => {
      const { value } = askMetrics({ sources: { identifier: odd } });
      assert.equal(value('harborforge_host_info', { identifier: odd }), 1);
    });
  }

  test('carry the versions that the plugin reported', () => {
    const openclaw = { version: 'OpenClaw "x"', pluginVersion: '0.2\n0', atMonoMs: SAMPLED_MS - 7_000 };
    const { value } = askMetrics({ ageMs: 0, sources: { openclaw: () => openclaw } });
    const labels = { openclaw_version: 'OpenClaw "x"', plugin_version: '0.2\n0' };
    assert.equal(value('harborforge_plugin_info', labels), 1);
    assert.equal(value('harborforge_plugin_push_age_seconds'), 7);
  });

  test('of the build name the bridge transport', () => {
    const labels = { version: '0.1.0', node: process.versions.node, transport: 'uws' };
    assert.equal(askMetrics({}).value('harborforge_build_info', labels), 1);
  });
});

test('the format is the requested one, with its content type', () => {
  const open = askMetrics({ accept: 'application/openmetrics-text;version=1.0.0' }).answer;
  assert.equal(open.contentType, 'application/openmetrics-text; version=1.0.0; charset=utf-8');
  assert.ok(String(open.body).endsWith('\n# EOF\n'));
  const classic = askMetrics({ accept: '*/*' }).answer;
  assert.equal(classic.contentType, 'text/plain; version=0.0.4; charset=utf-8');
  assert.ok(!String(classic.body).includes('EOF'));
});
