import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { BURST_BUCKETS, BURST_COUNTERS, PRESSURE_LINES, sourceBit } from '../../../src/shared/fields.js';
import { askMetrics, HOST } from '../../support/metrics-rig.js';

const BUSY = 'harborforge_cpu_busy_ratio';

/** The exposed buckets, by bound, of a histogram whose buckets were observed for these times in ms. */
function bucketsOf(msByBucket: Readonly<Record<number, number>>, accept = '') {
  const bursts = new Float64Array(BURST_COUNTERS);
  for (const [bucket, ms] of Object.entries(msByBucket)) {
    bursts[Number(bucket)] = ms;
    bursts[BURST_BUCKETS]! += (Number(bucket) / 100) * ms;
  }
  const told = askMetrics({ bursts, accept });
  const buckets = told.samples
    .filter(({ name }) => name === `${BUSY}_bucket`)
    .map(({ labels, value }) => [labels['le']!, value] as const);
  return { told, buckets, byBound: Object.fromEntries(buckets) };
}

describe('the histogram of busy shares', () => {
  test('counts each millisecond in every bucket whose bound its share does not exceed', () => {
    const { told, byBound } = bucketsOf({ 0: 10, 5: 20, 6: 30, 90: 100, 91: 40, 99: 50, 100: 60 });
    const at = (...bounds: string[]) => bounds.map((bound) => byBound[bound]);
    assert.deepEqual(at('0.0', '0.05', '0.1', '0.85', '0.9'), [10, 30, 60, 60, 160]);
    assert.deepEqual(at('0.95', '0.99', '1.0', '+Inf'), [200, 250, 310, 310]);
    assert.equal(told.value(`${BUSY}_count`), 310);
    assert.ok(Math.abs(told.value(`${BUSY}_sum`)! - (1 + 1.8 + 90 + 36.4 + 49.5 + 60)) < 1e-9);
  });

  test('has the same bounds in both formats, every 5 % and at 99 %', () => {
    const [classic, open] = ['', 'application/openmetrics-text'].map((accept) =>
      bucketsOf({ 50: 1 }, accept).buckets.map(([bound]) => bound),
    );
    assert.deepEqual(open, classic);
    const fives = Array.from({ length: 21 }, (_, i) => i / 20);
    assert.deepEqual(
      classic!.slice(0, -1).map(Number),
      [...fives, 0.99].sort((a, b) => a - b),
    );
    assert.equal(classic!.at(-1), '+Inf');
  });

  test('has whole counts that never decrease, whatever fractions were observed', () => {
    const ms = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(fc.array(ms, { minLength: BURST_BUCKETS, maxLength: BURST_BUCKETS }), (all) => {
        const { told, buckets } = bucketsOf({ ...all });
        const counts = buckets.map(([, count]) => count);
        assert.ok(counts.every(Number.isInteger));
        assert.deepEqual(
          counts,
          counts.toSorted((a, b) => a - b),
        );
        assert.equal(told.value(`${BUSY}_count`) ?? 0, counts.at(-1) ?? 0);
        const total = all.reduce((sum, each) => sum + each, 0);
        assert.equal(told.value(`${BUSY}_count`) ?? 0, Math.floor(total));
      }),
    );
  });

  test('explains in its help, on one line without escapes, how to query it', () => {
    const help = String(bucketsOf({ 1: 1 }).told.answer.body).match(
      /^# HELP harborforge_cpu_busy_ratio .*$/m,
    );
    assert.match(help![0], /histogram_quantile\(0\.95, .* 90 %: /);
    assert.doesNotMatch(help![0], /[\\"]/);
  });

  test('is absent before the first observation', () => {
    assert.ok(!bucketsOf({}).told.names.has(`${BUSY}_count`));
  });
});

test('the core count, the hottest and the most interrupted core are exposed if known', () => {
  const numbers = { ...HOST, cores: 4, hottest_core_pct: 99.5, interrupted_core_pct: 2 };
  const { value, names } = askMetrics({ numbers });
  assert.equal(value('harborforge_cpu_cores'), 4);
  assert.equal(value('harborforge_cpu_hottest_core_ratio'), 0.995);
  assert.equal(value('harborforge_cpu_interrupted_core_ratio'), 0.02);
  assert.ok(names.has('harborforge_cpu_cores') && !askMetrics({}).names.has('harborforge_cpu_cores'));
});

describe('pressure', () => {
  const lines = PRESSURE_LINES.flatMap((line, i) => [
    [`pressure_${line}_avg10`, 1.5],
    [`pressure_${line}_avg60`, 10 * i],
    [`pressure_${line}_avg300`, 0],
    [`pressure_${line}_total_us`, 1_000_000 * i + 1],
  ]);
  const numbers = { ...HOST, pressure_supported: 1, ...Object.fromEntries(lines) };
  const supported = { collector: 'pressure' };

  test('is exposed in seconds since boot and as the averages of the kernel', () => {
    const { value } = askMetrics({ numbers });
    for (const [i, line] of PRESSURE_LINES.entries()) {
      const [resource = '', share = ''] = line.split('_');
      assert.equal(value('harborforge_pressure_stall_seconds_total', { resource, share }), i + 1e-6);
      const average = (window: string) => value('harborforge_pressure_ratio', { resource, share, window });
      assert.deepEqual(['10s', '60s', '300s'].map(average), [0.015, i / 10, 0]);
    }
    assert.equal(value('harborforge_collector_supported', supported), 1);
  });

  test('of a kernel without it is absent, but not failed', () => {
    const { value, names } = askMetrics({ numbers: { ...HOST, pressure_supported: 0 } });
    assert.equal(value('harborforge_collector_supported', supported), 0);
    assert.equal(value('harborforge_collector_success', supported), 1);
    assert.equal(value('harborforge_pressure_failed'), 0);
    assert.deepEqual(
      [...names].filter((name) => name.startsWith('harborforge_pressure_')),
      ['harborforge_pressure_failed'],
    );
  });

  test('that could not be read has failed; the other values remain', () => {
    const broken = {
      ...numbers,
      stale_mask: sourceBit('pressure'),
      pressure_io_full_total_us: Number.NaN,
      pressure_io_full_avg10: Number.NaN,
    };
    const { value } = askMetrics({ numbers: broken });
    const full = { resource: 'io', share: 'full' };
    assert.equal(value('harborforge_collector_success', supported), 0);
    assert.equal(value('harborforge_pressure_failed'), 1);
    assert.equal(value('harborforge_pressure_stall_seconds_total', full), undefined);
    assert.equal(value('harborforge_pressure_ratio', { ...full, window: '10s' }), undefined);
    assert.equal(value('harborforge_pressure_ratio', { ...full, window: '60s' }), 0.5);
    assert.equal(value('harborforge_pressure_stall_seconds_total', { ...full, share: 'some' }), 4.000001);
  });
});
