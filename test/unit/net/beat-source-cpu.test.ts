import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BeatSource } from '../../../workers/net/beat-source.js';
import { CpuWindowRig } from '../../support/cpu-window-rig.js';
import { FakeClock } from '../../support/fake-clock.js';
import { FrameSource } from '../../support/frames.js';

const INTERVAL_MS = 30_000;

/** A host whose CPU adds `busy` and `idle` ticks at each step of the clock. */
function setUp() {
  const clock = new FakeClock();
  const frames = new FrameSource();
  const source = new BeatSource({
    frames: frames.reader(),
    diskFrames: frames.diskReader(),
    identifier: 'vps.t1',
    clock,
    extension: null,
  });
  let busyTicks = 1_000;
  let totalTicks = 50_000;
  const step = (busy: number, idle: number, ms = INTERVAL_MS) => {
    clock.advance(ms);
    busyTicks += busy;
    totalTicks += busy + idle;
    frames.publish({
      numbers: {
        sampled_mono_ms: clock.mono,
        cpu_pct: 77.7,
        cpu_busy_ticks: busyTicks,
        cpu_total_ticks: totalTicks,
      },
    });
  };
  const cpuPct = () => (JSON.parse(source.body()!) as { cpu_pct?: number }).cpu_pct;
  return { clock, frames, source, step, cpuPct };
}

describe('cpu_pct of a heartbeat', () => {
  it('is left out of a beat with the first frame', () => {
    const { step, cpuPct } = setUp();
    step(10, 10);
    assert.equal(cpuPct(), undefined);
  });

  it("is the mean since the first frame, and not the frame's own trailing share", () => {
    const { source, step, cpuPct } = setUp();
    step(500, 0);
    source.begin();
    step(300, 2_700);
    assert.equal(cpuPct(), 10);
  });

  it('restarts after an accepted beat', () => {
    const { source, step, cpuPct } = setUp();
    step(0, 0);
    source.begin();
    step(3_000, 0);
    assert.equal(cpuPct(), 100);
    source.accepted();
    step(30, 2_970);
    assert.equal(cpuPct(), 1);
  });

  it('covers the time since the last accepted beat, including failed ones', () => {
    const { source, step, cpuPct } = setUp();
    step(0, 0);
    source.begin();
    step(3_000, 0);
    assert.equal(cpuPct(), 100);
    step(0, 1_000);
    assert.equal(cpuPct(), 75);
  });

  it('is one quotient of sums, not a mean of means', () => {
    const { source, step, cpuPct } = setUp();
    step(0, 0);
    source.begin();
    step(10, 0, 100);
    step(0, 990, 9_900);
    assert.equal(cpuPct(), 1);
  });

  it('is left out over less than 100 ms', () => {
    const { source, step, cpuPct } = setUp();
    step(0, 0);
    source.begin();
    step(9, 0, 99);
    assert.equal(cpuPct(), undefined);
    step(1, 0, 1);
    assert.equal(cpuPct(), 100);
  });

  it('is left out while the counters stand still', () => {
    const { source, step, cpuPct } = setUp();
    step(0, 0);
    source.begin();
    step(0, 0);
    assert.equal(cpuPct(), undefined);
  });

  it('keeps its start when the accepted beat had no numbers', () => {
    const { clock, source, step, cpuPct } = setUp();
    step(0, 0);
    source.begin();
    step(100, 0);
    clock.advance(5_000);
    assert.equal(cpuPct(), undefined);
    source.accepted();
    step(0, 300);
    assert.equal(cpuPct(), 25);
  });

  it('excludes a step in which a counter decreased', () => {
    const { clock, frames, source, cpuPct } = setUp();
    const window = new CpuWindowRig(1_000, 1_000);
    const push = (user: number, idle: number, iowait: number) => {
      clock.advance(1_000);
      window.push(Float64Array.of(user, 0, 0, idle, iowait, 0, 0, 0), clock.mono);
      frames.publish({
        numbers: {
          sampled_mono_ms: clock.mono,
          cpu_busy_ticks: window.number('cpu_busy_ticks'),
          cpu_total_ticks: window.number('cpu_total_ticks'),
        },
      });
    };
    push(0, 0, 500);
    source.begin();
    push(20, 80, 500);
    push(5_020, 80, 400);
    push(5_040, 160, 400);
    assert.equal(window.anomalies, 1);
    assert.equal(cpuPct(), 20);
  });

  it('is exact over any steps, accepted beats and lost ones', () => {
    const ticks = fc.integer({ min: 0, max: 100_000 });
    const steps = fc.array(fc.record({ busy: ticks, idle: ticks, accepted: fc.boolean() }), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const { source, step, cpuPct } = setUp();
        step(0, 0);
        source.begin();
        let busySince = 0;
        let totalSince = 0;
        for (const { busy, idle, accepted } of all) {
          step(busy, idle);
          busySince += busy;
          totalSince += busy + idle;
          const expected = totalSince === 0 ? undefined : Math.round((1_000 * busySince) / totalSince) / 10;
          assert.equal(cpuPct(), expected);
          if (!accepted) continue;
          source.accepted();
          busySince = totalSince = 0;
        }
      }),
    );
  });
});
