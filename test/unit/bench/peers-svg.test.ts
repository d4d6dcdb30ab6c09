import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawPeers } from '../../../bench/peers/svg.js';
import { panelsOf } from '../../../bench/peers/svg-panels.js';
import { playedResults } from '../../support/peer-results.js';

const RESULTS = playedResults([
  ['hot', 'monitor', 'samples_per_sec', [50_000]],
  ['hot', 'monitor', 'cpu_us_per_sample', [20]],
  ['hot', 'node_exporter', 'samples_per_sec', [400]],
  ['hot', 'node_exporter', 'cpu_us_per_sample', [2_000]],
  ['hot', 'netdata', 'samples_per_sec', [9_000]],
  ['hot', 'netdata', 'cpu_us_per_sample', [70]],
  ['cadence', 'monitor', 'cpu_pct', [0.05], 1],
  ['cadence', 'monitor', 'cpu_pct', [0.25], 20],
  ['cadence', 'monitor', 'samples_per_sec', [1_000], 1_000],
  ['cadence', 'monitor', 'cpu_us_per_sample', [60], 1_000],
  ['cadence', 'monitor', 'samples_per_sec', [20], 20],
  ['cadence', 'monitor', 'cpu_us_per_sample', [125], 20],
  ['cadence', 'node_exporter', 'cpu_pct', [0.3], 1],
  ['cadence', 'node_exporter', 'samples_per_sec', [1], 1],
  ['cadence', 'node_exporter', 'cpu_us_per_sample', [3_000], 1],
  ['memory', 'monitor', 'pss_bytes', [64 * 1_048_576]],
]);

test('bars go from the shortest to the longest, and a panel without figures is left out', () => {
  const panels = panelsOf(RESULTS).map(({ title, unit, bars }) => [
    title,
    bars.map(({ label, value }) => `${label}: ${value} ${unit}`),
  ]);
  assert.deepEqual(panels, [
    [
      'CPU of the whole process, one sample a second',
      ['monitor: 0.05 %', 'monitor, 20 a second: 0.25 %', 'node_exporter: 0.3 %'],
    ],
    [
      'CPU time of one sample, each at its fastest',
      // The Monitor's hot loop is not how anybody runs it, and netdata's answer is no sample.
      ['monitor, 1,000/s: 60 µs', 'node_exporter, 400/s: 2000 µs'],
    ],
    ['Memory (PSS)', ['monitor: 64 MB']],
  ]);
});

test('the picture has a bar for each figure, longer for more, and stays in its frame', () => {
  const svg = drawPeers(RESULTS);
  const bars = [...svg.matchAll(/<rect class="(own|peer|floor)" x="(\d+)" y="\d+" width="([\d.]+)"/g)];
  assert.equal(bars.length, 6);
  const [first, second, third] = bars.map((bar) => Number(bar[3]));
  assert.ok(first! > 0 && first! < second! && second! < third!);
  const width = Number(/viewBox="0 0 (\d+) /.exec(svg)![1]);
  for (const bar of bars) assert.ok(Number(bar[2]) + Number(bar[3]) < width);
});

test('text from outside is no markup, and every element is closed', () => {
  const svg = drawPeers(RESULTS);
  assert.match(svg, /a &lt;fast&gt; CPU/);
  const opened = svg.match(/<[a-z]+(\s[^>]*[^/])?>/g)!.length;
  assert.equal(svg.match(/<\/[a-z]+>/g)!.length, opened);
});

test('the caption says when, where and with which versions, and leaves out who was skipped', () => {
  const { peers } = RESULTS;
  const svg = drawPeers({
    ...RESULTS,
    peers: peers.map((peer) => (peer.id === 'telegraf' ? { ...peer, skipped: 'not installed' } : peer)),
  });
  assert.match(svg, /npm run bench:peers, 60 s, 2026-01-02, on .*Linux 6\.1/);
  assert.match(svg, /netdata 1\.0/);
  assert.doesNotMatch(svg, /telegraf/);
});

test('the same run gives the same picture, and one without figures has no bar', () => {
  assert.equal(drawPeers(RESULTS), drawPeers(JSON.parse(JSON.stringify(RESULTS))));
  assert.doesNotMatch(drawPeers(playedResults([])), /rect class="(own|peer)"/);
});
