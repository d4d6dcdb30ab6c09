import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { FIELDS, type NumberName } from '../../../src/shared/fields.js';
import { BeatSource } from '../../../workers/net/beat-source.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FrameSource } from '../../support/frames.js';
import { heartbeatSchema } from '../../support/heartbeat-schema.js';

/** For frames of a lane that samples every 50 ms. */
const STALE_AFTER_MS = 2_000;

function setUp(identifier = 'vps.t1') {
  const clock = new FakeClock();
  const frames = new FrameSource();
  const source = new BeatSource({
    frames: frames.reader(),
    diskFrames: frames.diskReader(),
    identifier,
    clock,
    extension: null,
  });
  const publish = (numbers: Partial<Record<NumberName, number>>, sites?: readonly string[]) =>
    frames.publish({
      numbers: { sampled_mono_ms: clock.mono, ...numbers },
      ...(sites === undefined ? {} : { sites }),
    });
  const body = () => JSON.parse(source.body() ?? 'null') as Record<string, unknown> | null;
  return { clock, source, publish, body };
}

const WHOLE = {
  cpu_pct: 99,
  mem_pct: 52.14,
  disk_pct: 81,
  swap_pct: 0,
  load_1: 0.12,
  load_5: 0.09,
  load_15: 0.03,
  uptime_seconds: 12_345,
  nginx_installed: 1,
};

describe('a heartbeat body', () => {
  it('is absent before the first frame', () => {
    const { source, body } = setUp();
    assert.equal(source.begin(), false);
    assert.equal(body(), null);
  });

  it('is absent before the first valid frame', () => {
    const { source, publish, body } = setUp();
    publish({ valid: 0 });
    assert.equal(source.begin(), false);
    assert.equal(body(), null);
  });

  it("has the frame's values under the names of the contract", () => {
    const { clock, source, publish, body } = setUp();
    publish({ ...WHOLE, cpu_busy_ticks: 100, cpu_total_ticks: 1_000 });
    source.begin();
    clock.advance(30_000);
    publish({ ...WHOLE, cpu_busy_ticks: 415, cpu_total_ticks: 4_000 }, ['default']);
    assert.deepEqual(body(), {
      identifier: 'vps.t1',
      cpu_pct: 10.5,
      mem_pct: 52.1,
      disk_pct: 81,
      swap_pct: 0,
      load_avg: [0.12, 0.09, 0.03],
      uptime_seconds: 12_345,
      nginx_installed: true,
      nginx_sites: ['default'],
    });
  });

  for (const { name, kind } of FIELDS.filter(({ name }) => name !== 'cpu_pct')) {
    it(`leaves ${name} out while it is unknown`, () => {
      const { publish, body } = setUp();
      const unknown = Object.fromEntries(
        FIELDS.filter((field) => field.name === name).flatMap((field) =>
          'numbers' in field ? field.numbers.map((number) => [number, Number.NaN]) : [],
        ),
      );
      publish({ ...WHOLE, ...unknown }, kind === 'names' ? undefined : []);
      const keys = Object.keys(body()!);
      const expected = ['identifier', ...FIELDS.map((field) => field.name)].filter(
        (key) => key !== name && key !== 'cpu_pct',
      );
      assert.deepEqual(keys, expected);
    });
  }

  it('has no hardware fields once the frame is stale', () => {
    const { clock, publish, body } = setUp();
    publish(WHOLE, []);
    clock.advance(STALE_AFTER_MS + 1);
    assert.deepEqual(body(), { identifier: 'vps.t1' });
  });

  it('has the hardware fields up to the age limit of the frame', () => {
    const { clock, publish, body } = setUp();
    publish(WHOLE, []);
    clock.advance(STALE_AFTER_MS);
    assert.equal(body()!['mem_pct'], 52.1);
  });

  it('has the hardware fields of a slowly sampled host for three of its intervals', () => {
    const { clock, publish, body } = setUp();
    publish({ ...WHOLE, interval_ms: 10_000 }, []);
    clock.advance(30_000);
    assert.equal(body()!['mem_pct'], 52.1);
    clock.advance(1);
    assert.deepEqual(body(), { identifier: 'vps.t1' });
  });

  it('has the hardware fields whatever the wall clock says', () => {
    const { clock, publish, body } = setUp();
    publish(WHOLE, []);
    clock.wall += 3_600_000;
    assert.equal(body()!['mem_pct'], 52.1);
  });

  it('has no values once a frame is no longer valid', () => {
    const { publish, body } = setUp();
    publish(WHOLE, []);
    body();
    publish({ valid: 0 });
    assert.deepEqual(body(), { identifier: 'vps.t1' });
  });

  it('carries an identifier of any characters unchanged', () => {
    const identifier = 'Ä "quoted" \\ 名前 \u2028 \ud800';
    const { publish, body } = setUp(identifier);
    publish({});
    assert.equal(body()!['identifier'], identifier);
  });

  it('matches the contract for any frame, with exactly the known fields', () => {
    const unknown = fc.constant(Number.NaN);
    const percentage = fc.oneof(fc.double({ min: 0, max: 100, noNaN: true }), unknown);
    const load = fc.oneof({ weight: 4, arbitrary: fc.double({ min: 0, max: 1e6, noNaN: true }) }, unknown);
    const numbers = fc.record({
      mem_pct: percentage,
      disk_pct: percentage,
      swap_pct: percentage,
      load_1: load,
      load_5: load,
      load_15: load,
      uptime_seconds: fc.oneof(fc.integer({ min: 0, max: 4e9 }), unknown),
      nginx_installed: fc.constantFrom(0, 1, Number.NaN),
    });
    const sites = fc.option(fc.array(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), { nil: undefined });
    const sums = fc.tuple(fc.integer({ min: 0, max: 1e9 }), fc.integer({ min: 0, max: 1e9 }));
    fc.assert(
      fc.property(numbers, sites, sums, (values, names, [busy, idle]) => {
        const { clock, source, publish, body } = setUp();
        publish({});
        source.begin();
        clock.advance(500);
        const cpu = { cpu_busy_ticks: busy, cpu_total_ticks: busy + idle };
        publish({ ...values, ...cpu }, names);
        const beat = heartbeatSchema.parse(body());
        assert.equal(beat.cpu_pct === undefined, busy + idle === 0);
        assert.equal(beat.mem_pct === undefined, Number.isNaN(values.mem_pct));
        assert.equal(
          beat.load_avg === undefined,
          Number.isNaN(values.load_1 + values.load_5 + values.load_15),
        );
        assert.equal(beat.nginx_installed === undefined, Number.isNaN(values.nginx_installed));
        assert.deepEqual(beat.nginx_sites, names);
      }),
    );
  });
});
