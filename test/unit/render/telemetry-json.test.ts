import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PRESSURE_LINES, SOURCES, sourceBit, T, TELEMETRY_NUMBERS } from '../../../src/shared/fields.js';
import { TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { TelemetryRenderer } from '../../../workers/render/telemetry-json.js';

interface Snapshot {
  readonly numbers: Float64Array;
  readonly sites: readonly string[] | null;
  readonly staleSeconds: Float64Array;
}

function snapshotOf(values: Partial<Record<keyof typeof T, number>> = {}): Snapshot {
  const numbers = new Float64Array(TELEMETRY_NUMBERS.length).fill(Number.NaN);
  numbers[T.sampled_wall_ms] = 0;
  numbers[T.stale_mask] = 0;
  numbers[T.interval_ms] = 50;
  for (const [name, value] of Object.entries(values)) numbers[T[name as keyof typeof T]] = value;
  return { numbers, sites: null, staleSeconds: new Float64Array(SOURCES.length) };
}

/** The rendered text. Bytes that are not UTF-8 are a failure. */
function render(renderer: TelemetryRenderer, { numbers, sites, staleSeconds }: Snapshot): string {
  const out = new Uint8Array(TELEMETRY_STORE.bytesCapacity).fill(0xff);
  const json = new TextEncoder().encode(sites === null ? '' : JSON.stringify(sites));
  const length = renderer.render(out, numbers, json, staleSeconds);
  return new TextDecoder('utf-8', { fatal: true }).decode(out.subarray(0, length));
}

/** What the JSON should say, built the ordinary way. */
function modelOf(identifier: string, { numbers, sites, staleSeconds }: Snapshot): unknown {
  const fixed = (name: keyof typeof T, decimals: number): number | null => {
    const value = numbers[T[name]]!;
    return Number.isNaN(value) ? null : (Math.round(value * 10 ** decimals) + 0) / 10 ** decimals;
  };
  const load = (['load_1', 'load_5', 'load_15'] as const).map((name) => fixed(name, 2));
  const installed = numbers[T.nginx_installed]!;
  const stale = SOURCES.filter((source) => (numbers[T.stale_mask]! & sourceBit(source)) !== 0);
  return {
    identifier,
    sampled_at: new Date(Math.floor(numbers[T.sampled_wall_ms]!)).toISOString(),
    cpu_pct: fixed('cpu_pct', 1),
    mem_pct: fixed('mem_pct', 1),
    disk_pct: fixed('disk_pct', 1),
    swap_pct: fixed('swap_pct', 1),
    load_avg: load.includes(null) ? null : load,
    uptime_seconds: fixed('uptime_seconds', 0),
    nginx_installed: Number.isNaN(installed) ? null : installed === 1,
    nginx_sites: sites,
    sampling: { interval_ms: numbers[T.interval_ms] },
    cpu: {
      busy_100ms_pct: fixed('cpu_100ms_pct', 1),
      user_pct: fixed('cpu_user_pct', 1),
      system_pct: fixed('cpu_system_pct', 1),
      iowait_pct: fixed('cpu_iowait_pct', 1),
      steal_pct: fixed('cpu_steal_pct', 1),
      burst: {
        seconds: fixed('burst_seconds', 1),
        max_pct: fixed('burst_max_pct', 0),
        p95_pct: fixed('burst_p95_pct', 0),
        mean_pct: fixed('burst_mean_pct', 1),
        above_90_ms: fixed('burst_above_90_ms', 0),
      },
      cores: {
        count: fixed('cores', 0),
        hottest: { core: fixed('hottest_core', 0), pct: fixed('hottest_core_pct', 1) },
        interrupted: { core: fixed('interrupted_core', 0), pct: fixed('interrupted_core_pct', 1) },
      },
    },
    pressure: pressureOf(numbers, fixed),
    ...(stale.length > 0 && {
      stale,
      stale_seconds: Object.fromEntries(
        stale.map((source) => [source, Math.round(staleSeconds[SOURCES.indexOf(source)]! * 10) / 10]),
      ),
    }),
  };
}

type Fixed = (name: keyof typeof T, decimals: number) => number | null;

function pressureOf(numbers: Float64Array, fixed: Fixed): unknown {
  const supported = numbers[T.pressure_supported]!;
  if (supported === 0) return { supported: false };
  const line = (name: (typeof PRESSURE_LINES)[number]) => ({
    avg10: fixed(`pressure_${name}_avg10`, 2),
    avg60: fixed(`pressure_${name}_avg60`, 2),
    avg300: fixed(`pressure_${name}_avg300`, 2),
    total_us: fixed(`pressure_${name}_total_us`, 0),
    stall_us: fixed(`pressure_${name}_stall_us`, 0),
  });
  return {
    supported: Number.isNaN(supported) ? null : true,
    interval_ms: fixed('pressure_interval_ms', 0),
    cpu: { some: line('cpu_some'), full: line('cpu_full') },
    memory: { some: line('memory_some'), full: line('memory_full') },
    io: { some: line('io_some'), full: line('io_full') },
  };
}

const unknownOr = (value: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
const percent = unknownOr(fc.double({ min: 0, max: 100, noNaN: true }));
const average = unknownOr(fc.double({ min: 0, max: 10_000, noNaN: true }));

const snapshot: fc.Arbitrary<Snapshot> = fc
  .record({
    values: fc.record({
      cpu_pct: percent,
      mem_pct: percent,
      disk_pct: percent,
      swap_pct: percent,
      load_1: average,
      load_5: average,
      load_15: average,
      uptime_seconds: unknownOr(fc.nat(2 ** 31 - 1)),
      nginx_installed: unknownOr(fc.constantFrom(0, 1)),
      sampled_wall_ms: fc.double({ min: 0, max: 4e12, noNaN: true }),
      interval_ms: fc.integer({ min: 1, max: 10_000 }),
      cpu_100ms_pct: percent,
      cpu_steal_pct: percent,
      burst_max_pct: unknownOr(fc.nat(100)),
      burst_above_90_ms: unknownOr(fc.nat(60_000)),
      hottest_core: unknownOr(fc.nat(8_191)),
      pressure_supported: unknownOr(fc.constantFrom(0, 1)),
      pressure_interval_ms: average,
      pressure_cpu_some_avg10: percent,
      pressure_io_full_total_us: unknownOr(fc.nat(Number.MAX_SAFE_INTEGER)),
      pressure_io_full_stall_us: average,
      stale_mask: fc.nat(2 ** SOURCES.length - 1),
    }),
    sites: fc.option(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 10 })),
    ages: fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), {
      minLength: SOURCES.length,
      maxLength: SOURCES.length,
    }),
  })
  .map(({ values, sites, ages }) => ({
    ...snapshotOf(values),
    sites,
    staleSeconds: Float64Array.from(ages),
  }));

describe('TelemetryRenderer', () => {
  it('renders JSON that says what the numbers say, whatever they are', () => {
    const identifier = fc.string({ unit: 'binary', maxLength: 200 });
    fc.assert(
      fc.property(identifier, fc.array(snapshot, { minLength: 1, maxLength: 3 }), (name, snapshots) => {
        const renderer = new TelemetryRenderer(name);
        for (const one of snapshots) {
          assert.deepEqual(JSON.parse(render(renderer, one)), modelOf(name, one));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('tells each single change of what it else copies from the sample before', () => {
    const values = { ...Object.fromEntries(TELEMETRY_NUMBERS.map((name) => [name, 1])), stale_mask: 0 };
    const renderer = new TelemetryRenderer('h');
    const told = (one: Snapshot) => assert.deepEqual(JSON.parse(render(renderer, one)), modelOf('h', one));
    told(snapshotOf(values));
    for (const name of TELEMETRY_NUMBERS) {
      told(snapshotOf({ ...values, [name]: name === 'stale_mask' ? 5 : 0 }));
      told(snapshotOf(values));
      told(snapshotOf(values));
    }
    told({ ...snapshotOf(values), sites: ['a'] });
    told({ ...snapshotOf(values), sites: ['b'] });
    told(snapshotOf(values));
  });

  for (const [what, identifier] of [
    ['quotes and backslashes', 'a "quoted" \\ host'],
    ['control characters', 'tab\t newline\n nul\0 escape\x1b'],
    ['emoji', '🚢 harbour ⚓'],
    ['half of a surrogate pair', 'broken \ud83d'],
    ['200 characters of four bytes', '🚢'.repeat(100)],
    ['200 characters of six bytes in JSON', '\u0001'.repeat(200)],
  ] as const) {
    it(`carries an identifier with ${what}`, () => {
      const parsed: unknown = JSON.parse(render(new TelemetryRenderer(identifier), snapshotOf()));
      assert.equal((parsed as { identifier: string }).identifier, identifier);
    });
  }

  it('writes null for all that is unknown, and nothing of staleness where nothing is stale', () => {
    const text = render(new TelemetryRenderer('h'), snapshotOf({ pressure_supported: 0 }));
    assert.equal(
      text,
      '{"identifier":"h","sampled_at":"1970-01-01T00:00:00.000Z","cpu_pct":null,"mem_pct":null,"disk_pct":null,' +
        '"swap_pct":null,"load_avg":null,"uptime_seconds":null,"nginx_installed":null,"nginx_sites":null,"sampling":{"interval_ms":50},' +
        '"cpu":{"busy_100ms_pct":null,"user_pct":null,"system_pct":null,"iowait_pct":null,"steal_pct":null,' +
        '"burst":{"seconds":null,"max_pct":null,"p95_pct":null,"mean_pct":null,"above_90_ms":null},' +
        '"cores":{"count":null,"hottest":{"core":null,"pct":null},"interrupted":{"core":null,"pct":null}}},' +
        '"pressure":{"supported":false}}',
    );
  });

  it('writes no average at all when one of the three is unknown', () => {
    for (const unknown of ['load_1', 'load_5', 'load_15']) {
      const values = { load_1: 1, load_5: 2, load_15: 3, [unknown]: Number.NaN };
      const parsed: unknown = JSON.parse(render(new TelemetryRenderer('h'), snapshotOf(values)));
      assert.equal((parsed as { load_avg: unknown }).load_avg, null);
    }
  });

  it('tells no sites from unknown sites', () => {
    const renderer = new TelemetryRenderer('h');
    assert.ok(render(renderer, { ...snapshotOf(), sites: [] }).includes('"nginx_sites":[]'));
    assert.ok(render(renderer, { ...snapshotOf(), sites: null }).includes('"nginx_sites":null'));
  });

  it('names stale sources with their ages, in one order', () => {
    const one = snapshotOf({ stale_mask: sourceBit('disk') | sourceBit('cpu') | sourceBit('nginx') });
    one.staleSeconds.set([0.25, 9, 9, 61.04, 9, 9, 3_600, 9]);
    const text = render(new TelemetryRenderer('h'), one);
    assert.ok(
      text.endsWith(
        ',"stale":["cpu","disk","nginx"],"stale_seconds":{"cpu":0.3,"disk":61.0,"nginx":3600.0}}',
      ),
      text,
    );
  });

  it('keeps up with the clock over seconds, midnight, new year and a jump back', () => {
    const renderer = new TelemetryRenderer('h');
    for (const date of [
      '2026-03-22T01:37:21.000Z',
      '2026-03-22T01:37:21.999Z',
      '2026-03-22T01:37:22.000Z',
      '2026-03-22T23:59:59.999Z',
      '2026-03-23T00:00:00.000Z',
      '2026-12-31T23:59:59.999Z',
      '2027-01-01T00:00:00.001Z',
      '2026-03-22T01:37:21.007Z',
      '1969-12-31T23:59:59.070Z',
    ]) {
      const text = render(renderer, snapshotOf({ sampled_wall_ms: Date.parse(date) }));
      assert.ok(text.includes(`"sampled_at":"${date}"`), `${text} lacks ${date}`);
    }
  });
});
