import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find } from '../../../bench/peers/figures.js';
import { type PeerSection, sectionsOf } from '../../../bench/peers/rows.js';
import { isMet, type Row, renderTable } from '../../../bench/report.js';
import { type Measured, playedResults } from '../../support/peer-results.js';

function rowOf(sections: readonly PeerSection[], part: string, what: string): Row {
  const rows = sections.find((section) => section.part === part)!.rows;
  const row = rows.find((one) => one.what === what);
  assert.ok(row, `${what} is not among ${rows.map((one) => one.what).join(', ')}`);
  return row;
}

function pctAt(hz: number, peer: 'monitor' | 'floor' | 'collectd' | 'node_exporter', pct: number): Measured {
  return ['cadence', peer, 'cpu_pct', [pct], hz];
}

test('a ratio is the median of the rounds’ ratios, not the ratio of the medians', () => {
  const sections = sectionsOf(
    playedResults([
      ['hot', 'monitor', 'cpu_us_per_sample', [10, 40, 90]],
      ['hot', 'floor', 'cpu_us_per_sample', [10, 20, 30]],
    ]),
  );
  const row = rowOf(sections, 'hot', 'monitor');
  assert.equal(row.value, 40);
  assert.deepEqual(row.ratio, { value: 2, to: 'floor' });
  assert.equal(isMet(row), true);
});

test('the hot loop is compared with C; node_exporter and systeminformation with the hot loop', () => {
  const sections = sectionsOf(
    playedResults([
      ['hot', 'floor', 'cpu_us_per_sample', [10]],
      ['hot', 'monitor', 'cpu_us_per_sample', [21]],
      ['hot', 'node_exporter', 'cpu_us_per_sample', [21 * 50]],
      ['hot', 'systeminformation', 'cpu_us_per_sample', [21 * 999]],
    ]),
  );
  assert.equal(isMet(rowOf(sections, 'hot', 'monitor')), false);
  assert.equal(isMet(rowOf(sections, 'hot', 'node_exporter')), true);
  assert.equal(isMet(rowOf(sections, 'hot', 'systeminformation')), false);
});

test('each cadence has its own targets', () => {
  const sections = sectionsOf(
    playedResults([
      pctAt(1, 'monitor', 0.06),
      pctAt(1, 'collectd', 0.06),
      pctAt(1, 'node_exporter', 0.3),
      pctAt(10, 'floor', 0.1),
      pctAt(10, 'monitor', 0.31),
      pctAt(10, 'collectd', 0.62),
      pctAt(20, 'monitor', 0.29),
      pctAt(100, 'floor', 0.4),
      pctAt(100, 'monitor', 0.8),
      pctAt(100, 'collectd', 3.1),
    ]),
  );
  const verdicts = sections[3]!.rows.filter((row) => row.target).map((row) => [row.what, isMet(row)]);
  assert.deepEqual(verdicts, [
    ['1 Hz: collectd', true],
    ['10 Hz: monitor', false],
    ['10 Hz: collectd', true],
    ['20 Hz: monitor', true],
    ['100 Hz: monitor', true],
    ['100 Hz: collectd', false],
    ['Monitor at 20 Hz', true],
  ]);
});

test('a loop without a pause comes last, with the time per sample', () => {
  const rows = sectionsOf(
    playedResults([
      ['cadence', 'systeminformation', 'cpu_pct', [80], 0],
      ['cadence', 'systeminformation', 'cpu_us_per_sample', [12_000], 0],
      ['cadence', 'systeminformation', 'cpu_pct', [2], 1],
    ]),
  )[3]!.rows;
  assert.deepEqual(
    rows.map(({ what, remark }) => [what, remark]),
    [
      ['1 Hz: systeminformation', undefined],
      ['without a pause: systeminformation', '= 12,000 µs a sample'],
    ],
  );
});

test('/telemetry is compared with nginx by rate and by CPU time', () => {
  const sections = sectionsOf(
    playedResults([
      ['http', 'monitor', 'requests_per_sec', [1_300]],
      ['http', 'nginx_static', 'requests_per_sec', [1_000]],
      ['http', 'monitor', 'cpu_us_per_request', [7.1]],
      ['http', 'nginx_static', 'cpu_us_per_request', [7]],
    ]),
  );
  assert.equal(isMet(rowOf(sections, 'http', 'monitor')), true);
  assert.equal(isMet(rowOf(sections, 'http', 'CPU: monitor')), false);
});

test('rows that depend on a missing peer have neither ratio nor target', () => {
  const sections = sectionsOf(playedResults([['hot', 'monitor', 'cpu_us_per_sample', [10]]]));
  const row = rowOf(sections, 'hot', 'monitor');
  assert.equal(row.ratio, undefined);
  assert.equal(isMet(row), null);
});

test('a failure is listed in its part and shown in the table', () => {
  const results = playedResults([], { failures: [{ part: 'http', what: 'no wrk' }] });
  const sections = sectionsOf(results);
  assert.deepEqual(
    sections.map(({ failures }) => failures),
    [[], ['no wrk'], [], []],
  );
  assert.match(renderTable(sections), /NOT MEASURED: no wrk/);
});

test('a figure is found by its cadence, too', () => {
  const { figures } = playedResults([pctAt(1, 'monitor', 1), pctAt(10, 'monitor', 2)]);
  assert.equal(find(figures, 'cadence', 'monitor', 'cpu_pct', 10)?.value, 2);
  assert.equal(find(figures, 'cadence', 'monitor', 'cpu_pct', 20), undefined);
});
