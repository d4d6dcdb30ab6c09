import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AMOUNTS, FIELDS, sourceBit } from '../../../src/shared/fields.js';
import { askMetrics, each, HOST, SAMPLED_MS, successOf } from '../../support/metrics-rig.js';

describe('unknown values', () => {
  test('are absent, whichever number it is', () => {
    for (const [numbers, metrics] of [
      ...FIELDS.map((field) => [field.numbers, field.metrics] as const),
      ...AMOUNTS.map(({ number, metric }) => [[number], [metric]] as const),
    ]) {
      for (const [i, number] of numbers.entries()) {
        const { names } = askMetrics({ numbers: { ...HOST, [number]: Number.NaN } });
        assert.ok(!names.has(`harborforge_${metrics[i]}`), number);
        assert.ok(names.has('harborforge_up'));
      }
    }
  });

  test('of swap and nginx leave open whether the host has them', () => {
    const { value } = askMetrics({
      numbers: { ...HOST, swap_size_bytes: Number.NaN, nginx_installed: Number.NaN },
    });
    assert.equal(value('harborforge_collector_supported', { collector: 'swap' }), undefined);
    assert.equal(value('harborforge_collector_supported', { collector: 'nginx' }), undefined);
    assert.equal(value('harborforge_collector_supported', { collector: 'disk' }), 1);
  });

  test('never appear as NaN or infinity', () => {
    for (const numbers of [null, {}, HOST]) {
      const { samples } = askMetrics({ numbers });
      assert.ok(samples.length > 10 && samples.every(({ value }) => Number.isFinite(value)));
    }
  });
});

describe('when nothing is sampled', () => {
  test('the answer before the first sample has harborforge_up 0', () => {
    const told = askMetrics({ numbers: null });
    assert.equal(told.answer.status, '200 OK');
    assert.equal(told.value('harborforge_up'), 0);
    assert.deepEqual(successOf(told), each(0));
    for (const { metrics } of FIELDS)
      for (const name of metrics) assert.ok(!told.names.has(`harborforge_${name}`));
    assert.ok(!told.names.has('harborforge_sample_age_seconds'));
    assert.ok(!told.names.has('harborforge_sampler_ticks_total'));
    assert.equal(told.value('harborforge_sampler_restarts_total', { lane: 'proc' }), 4);
  });

  test('a stale sample exposes its age and counts, but nothing of the host', () => {
    assert.equal(askMetrics({ ageMs: 2_000 }).value('harborforge_up'), 1);
    const told = askMetrics({ ageMs: 2_001 });
    assert.equal(told.answer.status, '200 OK');
    assert.equal(told.value('harborforge_up'), 0);
    assert.equal(told.value('harborforge_sample_age_seconds'), 2.001);
    assert.deepEqual(successOf(told), each(0));
    assert.ok(
      !told.names.has('harborforge_cpu_usage_ratio') && !told.names.has('harborforge_cpu_seconds_total'),
    );
    assert.equal(told.value('harborforge_sampler_ticks_total', { lane: 'proc' }), 1_000);
  });

  test('a sample without any readable file counts as none', () => {
    const told = askMetrics({ numbers: { ...HOST, valid: 0 } });
    assert.equal(told.value('harborforge_up'), 0);
    assert.ok(!told.names.has('harborforge_disk_usage_ratio'));
  });
});

test('a source that hangs is named, with its age, and keeps its value', () => {
  const numbers = {
    ...HOST,
    stale_mask: sourceBit('disk'),
    disk_fresh_ms: SAMPLED_MS - 30_000,
    cpu_fresh_ms: SAMPLED_MS,
  };
  const told = askMetrics({ numbers, ageMs: 0, disk: { disk_duration_ms: 1.5, ticks: 7 } });
  assert.deepEqual(successOf(told), { ...each(1), disk: 0 });
  assert.equal(told.value('harborforge_disk_usage_ratio'), 0.81);
  assert.equal(told.value('harborforge_collector_age_seconds', { collector: 'disk' }), 30);
  assert.equal(told.value('harborforge_collector_age_seconds', { collector: 'cpu' }), 0);
  assert.equal(told.value('harborforge_collector_duration_seconds', { collector: 'disk' }), 0.0015);
  assert.equal(told.value('harborforge_collector_duration_seconds', { collector: 'nginx' }), undefined);
  assert.equal(told.value('harborforge_sampler_ticks_total', { lane: 'disk' }), 7);
});
