import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readSnapshot, SOURCES, type Source } from '#plugin/snapshot.js';
import { describeSnapshot } from '#plugin/telemetry-text.js';

/** The contract's own example. */
const EXAMPLE = {
  identifier: 'vps.t1',
  sampled_at: '2026-03-22T01:37:21.042Z',
  cpu_pct: 10.5,
  mem_pct: 52.1,
  disk_pct: 81.0,
  swap_pct: 0.0,
  load_avg: [0.12, 0.09, 0.03],
  uptime_seconds: 12_345,
  nginx_installed: true,
  nginx_sites: ['default'],
};
const SAMPLED_MS = Date.parse(EXAMPLE.sampled_at);

/** The lines of the text for the example with some fields changed. */
function linesOf(change: object, sources: readonly Source[] = SOURCES, ageMs = 100): string[] {
  const snapshot = readSnapshot({ ...EXAMPLE, ...change });
  assert.ok(snapshot !== null);
  return describeSnapshot(snapshot, sources, SAMPLED_MS + ageMs).split('\n');
}

function lineOf(source: Source, change: object): string {
  return linesOf(change, [source])[1]!;
}

test("the contract's example reads like this", () => {
  assert.deepEqual(linesOf({}), [
    'Host vps.t1, sampled at 2026-03-22T01:37:21.042Z (0.1 s ago):',
    '- CPU: 10.5 % busy, over all cores',
    '- Memory: 52.1 % used',
    '- Swap: 0 % used',
    '- Disk: 81 % used',
    '- Load average: 0.12 over 1 minute, 0.09 over 5 minutes, 0.03 over 15 minutes',
    '- Uptime: 12345 seconds (3 h 25 min)',
    '- nginx: installed, 1 enabled: default',
  ]);
});

test('only the requested sources are described, in the usual order', () => {
  assert.deepEqual(
    linesOf({}, ['uptime', 'cpu']).map((line) => line.split(':')[0]),
    ['Host vps.t1, sampled at 2026-03-22T01', '- CPU', '- Uptime'],
  );
});

for (const [source, field] of [
  ['cpu', 'cpu_pct'],
  ['memory', 'mem_pct'],
  ['swap', 'swap_pct'],
  ['disk', 'disk_pct'],
  ['load', 'load_avg'],
  ['uptime', 'uptime_seconds'],
  ['nginx', 'nginx_installed'],
] as const) {
  test(`${field} that is null, missing or of another type is unknown, never 0`, () => {
    for (const value of [null, undefined, '0', {}, [1]]) {
      assert.match(lineOf(source, { [field]: value }), /^- [^:]+: unknown$/);
    }
  });
  test(`stale ${source} is marked with its age, whether its value is known or not`, () => {
    const change = { stale: [source], stale_seconds: { [source]: 125 } };
    assert.match(lineOf(source, change), / — stale: no new value for 2 min 5 s$/);
    assert.match(
      lineOf(source, { ...change, [field]: null }),
      /: unknown — stale: no new value for 2 min 5 s$/,
    );
    for (const other of SOURCES.filter((each) => each !== source)) {
      assert.doesNotMatch(lineOf(other, change), /stale/);
    }
  });
}

test('the busiest 100 ms are shown next to the mean, with the observed time', () => {
  const burst = (max_pct: unknown, seconds: unknown) =>
    lineOf('cpu', { cpu: { burst: { max_pct, seconds, p95_pct: 7 } } });
  assert.equal(
    burst(100, 59.9),
    '- CPU: 10.5 % busy, over all cores; busiest 100 ms of the last minute: 100 %',
  );
  assert.equal(burst(97, 4.5), '- CPU: 10.5 % busy, over all cores; busiest 100 ms of the last 4.5 s: 97 %');
  for (const told of [burst(null, 60), burst(100, null), burst('100', 60)])
    assert.equal(told, '- CPU: 10.5 % busy, over all cores');
});

describe('pressure', () => {
  const of = (cpu: unknown, memory: unknown, io: unknown) => ({
    supported: true,
    cpu: { some: { avg10: cpu }, full: { avg10: 99 } },
    memory: { some: { avg10: memory } },
    io: { some: { avg10: io } },
  });

  test('is shown for each resource, with unknown values as unknown', () => {
    const line = (pressure: unknown) => lineOf('pressure', { pressure });
    assert.equal(
      line(of(1.2, 0, 3.45)),
      '- Pressure: some task waited for CPU 1.2 %, memory 0 %, I/O 3.45 % of the last 10 s',
    );
    assert.match(line(of(1.2, null, '0')), / for CPU 1\.2 %, memory unknown, I\/O unknown of the last/);
    assert.equal(line({ supported: false }), '- Pressure: not supported by this kernel');
    for (const pressure of [null, 7, 'text', {}, [1], of(null, null, null), { supported: null }])
      assert.equal(line(pressure), '- Pressure: unknown');
  });

  test('that is stale is marked as stale', () => {
    const change = { pressure: of(1, 2, 3), stale: ['pressure'], stale_seconds: { pressure: 5 } };
    assert.match(lineOf('pressure', change), / — stale: no new value for 5 s$/);
  });

  test('that the Monitor does not report has no line, or a note if nothing else was requested', () => {
    assert.deepEqual(linesOf({}, ['pressure', 'cpu']).slice(1), ['- CPU: 10.5 % busy, over all cores']);
    assert.deepEqual(linesOf({}, ['pressure']).slice(1), [
      '- This version of the Monitor tells nothing of what was asked for.',
    ]);
  });
});

test('a stale source without an age is stale for an unknown time', () => {
  assert.match(lineOf('disk', { stale: ['disk'] }), /81 % used — stale: no new value for an unknown time$/);
});

test('nginx is described without installation, and with no, unknown or many sites', () => {
  assert.equal(lineOf('nginx', { nginx_installed: false, nginx_sites: [] }), '- nginx: not installed');
  assert.equal(lineOf('nginx', { nginx_sites: [] }), '- nginx: installed, no enabled sites');
  assert.equal(lineOf('nginx', { nginx_sites: null }), '- nginx: installed, enabled sites unknown');
  const sites = Array.from({ length: 60 }, (_, index) => `s${index}`);
  assert.match(lineOf('nginx', { nginx_sites: sites }), /installed, 60 enabled: s0, .*, s49 and 10 more$/);
});

test('a line break in a name does not add a line', () => {
  assert.equal(linesOf({ identifier: 'a\nb\u2028c', nginx_sites: ['x\r\n- CPU: 0 %'] }).length, 8);
});

test('ages are shown in their two largest units, and omitted if the clock was set back', () => {
  const head = (ageMs: number) => linesOf({}, ['cpu'], ageMs)[0]!.slice('Host vps.t1, sampled at '.length);
  assert.match(head(59_900), /Z \(59\.9 s ago\):$/);
  assert.match(head(3_599_000), /\(59 min 59 s ago\)/);
  assert.match(head(3 * 86_400_000 + 7_200_000), /\(3 d 2 h ago\)/);
  assert.match(head(-1), /Z:$/);
});

for (const garbage of [
  undefined,
  null,
  7,
  'text',
  [],
  {},
  { identifier: 'x' },
  { identifier: 7, sampled_at: EXAMPLE.sampled_at },
  { identifier: 'x', sampled_at: 'yesterday' },
]) {
  test(`${JSON.stringify(garbage)} is no snapshot`, () => {
    assert.equal(readSnapshot(garbage), null);
  });
}
