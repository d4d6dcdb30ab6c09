import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { type PRESSURE_LINES, SOURCES, sourceBit, T, TELEMETRY_NUMBERS } from '../../src/shared/fields.js';
import { snapshotOf } from '../../workers/snapshot/snapshot.js';

interface Frame {
  readonly numbers: Float64Array;
  readonly sites: readonly string[] | null;
}

function frameOf(values: Partial<Record<keyof typeof T, number>> = {}): Frame {
  const numbers = new Float64Array(TELEMETRY_NUMBERS.length).fill(Number.NaN);
  numbers[T.sampled_wall_ms] = 0;
  numbers[T.stale_mask] = 0;
  numbers[T.interval_ms] = 50;
  for (const [name, value] of Object.entries(values)) numbers[T[name as keyof typeof T]] = value;
  return { numbers, sites: null };
}

/** The snapshot as it is on the wire. */
function told({ numbers, sites }: Frame): unknown {
  return JSON.parse(JSON.stringify(snapshotOf(numbers, sites)));
}

/** The expected JSON, built in plain code. */
function modelOf({ numbers, sites }: Frame): unknown {
  const fixed = (name: keyof typeof T, decimals: number): number | null => {
    const value = numbers[T[name]]!;
    return Number.isNaN(value) ? null : (Math.round(value * 10 ** decimals) + 0) / 10 ** decimals;
  };
  const load = (['load_1', 'load_5', 'load_15'] as const).map((name) => fixed(name, 2));
  const installed = numbers[T.nginx_installed]!;
  const stale = SOURCES.filter((source) => (numbers[T.stale_mask]! & sourceBit(source)) !== 0);
  return {
    sampled_at: new Date(Math.floor(numbers[T.sampled_wall_ms]!)).toISOString(),
    cpu_pct: fixed('cpu_pct', 1),
    mem_pct: fixed('mem_pct', 1),
    disk_pct: fixed('disk_pct', 1),
    swap_pct: fixed('swap_pct', 1),
    load_avg: load.includes(null) ? null : load,
    uptime_seconds: fixed('uptime_seconds', 0),
    nginx_installed: Number.isNaN(installed) ? null : installed === 1,
    nginx_sites: Number.isNaN(numbers[T.nginx_site_count]!) ? null : sites,
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
      stale_seconds: Object.fromEntries(stale.map((source) => [source, fixedAge(numbers, source)])),
    }),
  };
}

function fixedAge(numbers: Float64Array, source: (typeof SOURCES)[number]): number | null {
  const ms = Math.max(0, numbers[T.sampled_mono_ms]! - numbers[T[`${source}_fresh_ms`]]!);
  return Number.isNaN(ms) ? null : Math.round(ms / 100) / 10;
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

const frame: fc.Arbitrary<Frame> = fc
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
      nginx_site_count: unknownOr(fc.nat(10)),
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
      sampled_mono_ms: fc.integer({ min: 0, max: 1e9 }),
      cpu_fresh_ms: fc.integer({ min: 0, max: 1e9 }),
      disk_fresh_ms: fc.integer({ min: 0, max: 1e9 }),
    }),
    sites: fc.option(fc.array(fc.string({ unit: 'binary', maxLength: 40 }), { maxLength: 10 })),
  })
  .map(({ values, sites }) => ({ ...frameOf(values), sites }));

describe('snapshotOf', () => {
  it('matches the model for any numbers', () => {
    fc.assert(
      fc.property(frame, (one) => assert.deepEqual(told(one), modelOf(one))),
      { numRuns: 1_000 },
    );
  });

  it('has the fields of the contract first, in their order', () => {
    assert.deepEqual(Object.keys(snapshotOf(frameOf().numbers, null)), [
      'sampled_at',
      'cpu_pct',
      'mem_pct',
      'disk_pct',
      'swap_pct',
      'load_avg',
      'uptime_seconds',
      'nginx_installed',
      'nginx_sites',
      'sampling',
      'cpu',
      'pressure',
    ]);
  });

  it('has no load average if one of the three is unknown', () => {
    for (const unknown of ['load_1', 'load_5', 'load_15']) {
      const { numbers } = frameOf({ load_1: 1, load_5: 2, load_15: 3, [unknown]: Number.NaN });
      assert.equal(snapshotOf(numbers, null)['load_avg'], null);
    }
  });

  it('distinguishes no sites from unknown sites', () => {
    const { numbers } = frameOf({ nginx_site_count: 0 });
    assert.deepEqual(snapshotOf(numbers, [])['nginx_sites'], []);
    assert.equal(snapshotOf(numbers, null)['nginx_sites'], null);
  });

  it('names stale sources with their ages, in a fixed order', () => {
    const { numbers } = frameOf({
      stale_mask: sourceBit('disk') | sourceBit('cpu') | sourceBit('nginx'),
      sampled_mono_ms: 4_000_000,
      cpu_fresh_ms: 4_000_000 - 250,
      disk_fresh_ms: 4_000_000 - 61_040,
      nginx_fresh_ms: 400_000,
    });
    const snapshot = snapshotOf(numbers, null);
    assert.deepEqual(snapshot['stale'], ['cpu', 'disk', 'nginx']);
    assert.deepEqual(snapshot['stale_seconds'], { cpu: 0.3, disk: 61, nginx: 3_600 });
  });

  it('gives no negative age for a value that is newer than the tick', () => {
    const { numbers } = frameOf({ stale_mask: sourceBit('disk'), sampled_mono_ms: 10, disk_fresh_ms: 20 });
    assert.deepEqual(snapshotOf(numbers, null)['stale_seconds'], { disk: 0 });
  });
});
