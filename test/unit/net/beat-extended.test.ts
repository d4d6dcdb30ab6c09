import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { BURST_BUCKETS, type NumberName, PRESSURE_LINES, sourceBit } from '../../../src/shared/fields.js';
import { BOOT_ID, ExtendedBeats } from '../../support/extended-beats.js';

const INTERVAL_MS = 30_000;
const CPU = ['user', 'system', 'idle', 'iowait', 'steal'] as const;

/** The CPU sums of a host after these additional ticks, of which no counter decreased. */
function addCpu(beats: ExtendedBeats, ticks: Partial<Record<(typeof CPU)[number], number>>) {
  let total = 0;
  const numbers: Partial<Record<NumberName, number>> = { cpu_iowait: 1, cpu_steal: 1 };
  for (const mode of CPU) {
    total += ticks[mode] ?? 0;
    if (mode === 'idle') continue;
    numbers[`cpu_${mode}_ticks`] = (beats.numbers[`cpu_${mode}_ticks`] ?? 0) + (ticks[mode] ?? 0);
  }
  return { ...numbers, cpu_total_ticks: (beats.numbers.cpu_total_ticks ?? 0) + total };
}

/** Adds `ms` to this bucket of the histogram, with the share at the bucket's upper bound. */
function addBurst(beats: ExtendedBeats, bucket: number, ms: number): void {
  beats.bursts[bucket]! += ms;
  beats.bursts[BURST_BUCKETS]! += (bucket / 100) * ms;
}

function pressureOf(totalUs: number): Partial<Record<NumberName, number>> {
  const lines = PRESSURE_LINES.flatMap((line, i) => [
    [`pressure_${line}_avg10`, 0.5 + i],
    [`pressure_${line}_avg60`, 1.25],
    [`pressure_${line}_avg300`, 0],
    [`pressure_${line}_total_us`, totalUs * (i + 1)],
  ]);
  return { pressure_supported: 1, ...(Object.fromEntries(lines) as Partial<Record<NumberName, number>>) };
}

/** Beats with every field, whose first frame is one interval old. */
function wholeBeats(): ExtendedBeats {
  const beats = new ExtendedBeats();
  const lane = { ticks: 100, missed_ticks: 1, lane_cpu_ns: 1e9, lane_cpu_mono_ms: beats.clock.mono };
  beats.publishDisk({ lane_cpu_ns: 5e7 });
  beats.publish({ ...addCpu(beats, {}), ...pressureOf(1_000_000), ...lane, interval_ms: 50 });
  beats.numbers.pressure_mono_ms = beats.clock.mono;
  beats.publish();
  beats.source.begin();
  beats.clock.advance(INTERVAL_MS);
  addBurst(beats, 10, 28_000);
  addBurst(beats, 95, 1_000);
  addBurst(beats, 100, 1_000);
  const counters = addCpu(beats, { user: 300, system: 150, idle: 2_400, iowait: 120, steal: 30 });
  beats.publish({
    ...counters,
    ...pressureOf(1_030_000),
    pressure_mono_ms: beats.clock.mono - 500,
    ticks: 700,
    missed_ticks: 3,
    lane_cpu_ns: 1e9 + 8e7,
    lane_cpu_mono_ms: beats.numbers.lane_cpu_mono_ms! + INTERVAL_MS,
  });
  beats.publishDisk({ lane_cpu_ns: 5e7 + 1e7 });
  return beats;
}

describe('an extended heartbeat', () => {
  it('covers the time since the last accepted one, with its sample time, sequence number and boot', () => {
    const stall = (index: number) => ({
      avg10: 0.5 + index,
      avg60: 1.25,
      avg300: 0,
      stall_us: 30_000 * (index + 1),
    });
    assert.deepEqual(wholeBeats().extended(), {
      sampled_at: '2026-03-22T01:37:50.250Z',
      seq: 700,
      boot_id: BOOT_ID,
      interval_seconds: 30,
      cpu: {
        burst: { seconds: 30, max_pct: 100, p95_pct: 95, mean_pct: 15.8, above_90_ms: 2_000 },
        user_pct: 10,
        system_pct: 5,
        iowait_pct: 4,
        steal_pct: 1,
      },
      pressure: {
        supported: true,
        seconds: 29.5,
        cpu: { some: stall(0), full: stall(1) },
        memory: { some: stall(2), full: stall(3) },
        io: { some: stall(4), full: stall(5) },
      },
      sampler: { cpu_pct: 0.3, interval_ms: 50, ticks: 600, missed_ticks: 2 },
    });
  });

  it('is the last key of the body, after those of the contract', () => {
    const keys = Object.keys(JSON.parse(wholeBeats().source.body()!));
    assert.deepEqual([keys[0], keys.at(-1)], ['identifier', 'extended']);
  });

  it('is left out when frames stop, and the next one covers the gap', () => {
    const beats = wholeBeats();
    beats.clock.advance(10_000);
    assert.equal(beats.extended(), undefined);
    beats.source.accepted();
    beats.publish();
    assert.equal(beats.extended()?.interval_seconds, 40);
  });

  it('has only values that need no second frame after the first one', () => {
    const beats = new ExtendedBeats(null);
    beats.publish({
      ...addCpu(beats, {}),
      ...pressureOf(5),
      pressure_mono_ms: 1,
      ticks: 1,
      interval_ms: 50,
    });
    const { seq, sampler, pressure, ...rest } = beats.extended()!;
    assert.deepEqual([seq, sampler], [1, { interval_ms: 50 }]);
    assert.deepEqual(pressure?.supported && pressure.cpu?.some, { avg10: 0.5, avg60: 1.25, avg300: 0 });
    assert.deepEqual(Object.keys(rest), ['sampled_at']);
  });

  it('has the boot ID as soon as it is known', () => {
    const beats = new ExtendedBeats(null);
    beats.publish({ ticks: 1 });
    assert.equal(beats.extended()?.boot_id, undefined);
    beats.extension.setBootId(BOOT_ID);
    assert.equal(beats.extended()?.boot_id, BOOT_ID);
  });
});

describe('CPU shares of an extended heartbeat', () => {
  it('exclude a step in which a counter decreased', () => {
    const beats = wholeBeats();
    beats.publish({ cpu_anomalies: 1 });
    const { burst, ...shares } = beats.extended()!.cpu!;
    assert.ok(burst !== undefined);
    assert.deepEqual(shares, { user_pct: 10, system_pct: 5, iowait_pct: 4, steal_pct: 1 });
  });

  it('are left out individually if the kernel lacks the counter', () => {
    const beats = new ExtendedBeats();
    const old = { cpu_steal: Number.NaN, ticks: 1 };
    beats.publish({ ...addCpu(beats, {}), ...old });
    beats.source.begin();
    beats.clock.advance(INTERVAL_MS);
    beats.publish({ ...addCpu(beats, { user: 1, idle: 3 }), ...old });
    assert.deepEqual(beats.extended()!.cpu, { user_pct: 25, system_pct: 0, iowait_pct: 0 });
  });

  it('are left out over less than 100 ms, and while the counters stand still', () => {
    const beats = new ExtendedBeats();
    beats.publish({ ...addCpu(beats, {}), ticks: 1 });
    beats.source.begin();
    beats.clock.advance(99);
    beats.publish(addCpu(beats, { user: 9 }));
    assert.equal(beats.extended()!.cpu, undefined);
    beats.clock.advance(1);
    beats.publish();
    assert.equal(beats.extended()!.cpu?.user_pct, 100);
    beats.source.accepted();
    beats.clock.advance(INTERVAL_MS);
    beats.publish();
    assert.equal(beats.extended()!.cpu, undefined);
  });
});

describe('pressure in an extended heartbeat', () => {
  it('is unsupported if the kernel lacks it, and left out while that is unknown', () => {
    const beats = new ExtendedBeats();
    beats.publish({ ticks: 1 });
    assert.equal(beats.extended()!.pressure, undefined);
    beats.publish({ pressure_supported: 0 });
    assert.deepEqual(beats.extended()!.pressure, { supported: false });
  });

  it('leaves out only what could not be read', () => {
    const beats = wholeBeats();
    const io = { pressure_io_full_avg10: Number.NaN, pressure_io_full_total_us: Number.NaN };
    const ioLine = { ...io, pressure_io_full_avg60: Number.NaN, pressure_io_full_avg300: Number.NaN };
    beats.publish({ ...ioLine, stale_mask: sourceBit('pressure') });
    const told = beats.extended()!.pressure!;
    assert.ok(told.supported);
    assert.deepEqual(told.io, { some: { avg10: 4.5, avg60: 1.25, avg300: 0, stall_us: 150_000 } });
    assert.deepEqual([told.seconds, told.cpu?.some?.stall_us], [29.5, 30_000]);
  });

  it('leaves out the stall of a line whose counter decreased', () => {
    const beats = wholeBeats();
    beats.publish({ pressure_memory_full_total_us: 7 });
    const told = beats.extended()!.pressure!;
    assert.ok(told.supported);
    assert.deepEqual([told.memory?.some?.stall_us, told.memory?.full?.stall_us], [90_000, undefined]);
  });

  it('has no stall between two beats of the same reading', () => {
    const beats = wholeBeats();
    beats.extended();
    beats.source.accepted();
    beats.clock.advance(400);
    beats.publish();
    const told = beats.extended()!.pressure!;
    assert.ok(told.supported);
    assert.deepEqual([told.seconds, told.cpu?.some?.stall_us], [undefined, undefined]);
  });
});

describe('the cost of sampling in an extended heartbeat', () => {
  const cost = (beats: ExtendedBeats) => beats.extended()!.sampler!.cpu_pct;

  for (const lane of ['proc', 'disk'] as const) {
    it(`is left out if the ${lane} lane was replaced in between, but the ticks are not`, () => {
      const beats = wholeBeats();
      beats.replace(lane);
      assert.deepEqual(beats.extended()!.sampler, { interval_ms: 50, ticks: 600, missed_ticks: 2 });
    });
  }

  it('is left out if the CPU time decreased or the kernel does not report it', () => {
    const beats = wholeBeats();
    beats.publish({ lane_cpu_ns: 1e8 });
    assert.equal(cost(beats), undefined);
    beats.publish({ lane_cpu_ns: Number.NaN });
    assert.equal(cost(beats), undefined);
  });

  it('covers only the proc lane before the first disk frame', () => {
    const beats = new ExtendedBeats();
    beats.publish({ ticks: 1, lane_cpu_ns: 0, lane_cpu_mono_ms: 0 });
    beats.source.begin();
    beats.clock.advance(INTERVAL_MS);
    beats.publish({ lane_cpu_ns: 6e7, lane_cpu_mono_ms: INTERVAL_MS });
    assert.equal(cost(beats), 0.2);
    beats.publishDisk({ lane_cpu_ns: 1e7 });
    assert.equal(cost(beats), undefined);
  });
});
