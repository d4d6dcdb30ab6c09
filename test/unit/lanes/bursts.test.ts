import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { temporaryFolder } from '../../support/fixtures.js';
import { type Burns, PlayedKernel } from '../../support/played-kernel.js';
import { ProcSamplerRig } from '../../support/proc-sampler-rig.js';

const CADENCES_MS = [1, 2, 5, 10, 16, 20, 33, 36, 40, 49, 50, 51, 60, 75, 99, 100];
/** Offsets of the burst start within a tick of the slowest cadence. */
const PHASES_MS = [0.5, 27.5, 49, 50.5, 77.5];

/** A sampler on a host with CPU bursts; it has taken its first sample. */
function burningRig(
  t: TestContext,
  intervalMs: number,
  burns: Partial<Burns>,
  options: { readonly historyRows?: number } = {},
): ProcSamplerRig {
  const procfs = temporaryFolder(t);
  const kernel = new PlayedKernel({ cpus: 2, burnMs: 150, everyMs: 1_000, phaseMs: 0, ...burns });
  kernel.write(procfs, 0);
  const rig = new ProcSamplerRig(t, procfs, { intervalMs, ...options });
  const startMs = rig.clock.mono;
  rig.beforeTick = () => kernel.write(procfs, rig.clock.mono - startMs);
  rig.tick();
  return rig;
}

describe('bursts', () => {
  for (const intervalMs of CADENCES_MS) {
    it(`of 150 ms per second peak at 100 % with a mean of 15 %, at a tick every ${intervalMs} ms`, (t) => {
      const seconds = intervalMs < 10 ? 3 : 10;
      for (const phaseMs of intervalMs < 10 ? PHASES_MS.slice(0, 2) : PHASES_MS) {
        const rig = burningRig(t, intervalMs, { phaseMs: 500 + phaseMs });
        rig.run(seconds * 1_000);
        const { burst } = rig.telemetry().cpu;
        const { max_pct, mean_pct, above_90_ms } = burst;
        const told = `phase ${phaseMs}: ${JSON.stringify(burst)}`;
        assert.equal(max_pct, 100, told);
        // The first share is that of the first 100 ms; the last second may be incomplete.
        const bursts = Math.floor((burst.seconds ?? Number.NaN) + 0.2);
        const expectedPct = (bursts * 15) / (burst.seconds ?? Number.NaN);
        assert.ok(
          mean_pct !== null && Math.abs(mean_pct - expectedPct) < 0.5,
          `${told}, not ${expectedPct} %`,
        );
        // The share is above 90 % from 90 ms to 160 ms after the start of each burst, within the sample resolution.
        const eachMs = (above_90_ms ?? Number.NaN) / bursts;
        assert.ok(eachMs >= 45 && eachMs <= 80 + intervalMs, `${told}: ${eachMs} ms each`);
      }
    });
  }

  it('shorter than the window stay below 100 %', (t) => {
    for (const intervalMs of [1, 10, 50]) {
      const rig = burningRig(t, intervalMs, { burnMs: 50, phaseMs: 3 });
      rig.run(4_000);
      const { max_pct, above_90_ms } = rig.telemetry().cpu.burst;
      assert.ok(max_pct !== null && max_pct >= 40 && max_pct <= 75, `${max_pct} % at ${intervalMs} ms`);
      assert.equal(above_90_ms, 0);
    }
  });

  it('are reported for the trailing minute only', (t) => {
    // One burst, in the first second.
    const rig = burningRig(t, 50, { burnMs: 300, everyMs: 1e9, phaseMs: 400 });
    rig.run(58_000);
    assert.equal(rig.telemetry().cpu.burst.max_pct, 100);
    assert.ok(Math.abs(rig.telemetry().cpu.burst.seconds! - 58) < 0.2);
    rig.run(5_000);
    const { seconds, max_pct, p95_pct, mean_pct, above_90_ms } = rig.telemetry().cpu.burst;
    assert.deepEqual(
      { seconds, max_pct, p95_pct, mean_pct, above_90_ms },
      {
        seconds: 60,
        max_pct: 0,
        p95_pct: 0,
        mean_pct: 0,
        above_90_ms: 0,
      },
    );
  });

  for (const [intervalMs, stretchedMs, leastPct] of [
    [60, 80, 100],
    [100, 100, 100],
    [50, 51, 75],
    [50, 75, 75],
    [50, 99, 75],
    [1, 75, 75],
  ] as const) {
    it(`reach ${leastPct} % and keep cpu_pct known, ${intervalMs} ms stretched to ${stretchedMs} ms`, (t) => {
      for (const phaseMs of PHASES_MS) {
        const rig = burningRig(t, intervalMs, { phaseMs: 500 + phaseMs });
        rig.stretchTo(stretchedMs);
        rig.run(10_000);
        const { cpu_pct, cpu, sampling } = rig.telemetry();
        assert.equal(sampling.interval_ms, stretchedMs);
        assert.ok((cpu.burst.max_pct ?? 0) >= leastPct, `phase ${phaseMs}: ${cpu.burst.max_pct} %`);
        assert.ok(cpu_pct !== null, `phase ${phaseMs}: the window is never whole`);
      }
    });
  }

  it('are unknown if samples are more than 125 ms apart; the flight recorder has the means', (t) => {
    const rig = burningRig(t, 1_000, { phaseMs: 500 }, { historyRows: 20 });
    rig.run(10_000);
    const { busy_100ms_pct, burst } = rig.telemetry().cpu;
    assert.deepEqual([busy_100ms_pct, burst.seconds, burst.max_pct], [null, 0, null]);
    assert.equal(rig.number('ticks'), 11);
    const means = rig.history().cpu_pct.slice(1);
    assert.equal(means.length, 10);
    for (const mean of means) assert.ok(Math.abs(mean - 15) < 2, `${mean} %`);
  });

  it('are unknown while the counters cannot be read and for 100 ms afterwards', (t) => {
    const rig = burningRig(t, 50, { burnMs: 1_000 });
    const write = rig.beforeTick;
    rig.run(2_000);
    const known = rig.telemetry().cpu.burst.seconds;
    rig.beforeTick = () => writeFileSync(join(rig.procfs, 'stat'), 'garbage\n');
    rig.run(50);
    assert.equal(rig.telemetry().cpu.busy_100ms_pct, null);
    rig.run(2_950);
    assert.equal(rig.telemetry().cpu.burst.seconds, known);
    rig.beforeTick = write;
    rig.run(50);
    // This share spans three seconds.
    assert.equal(rig.telemetry().cpu.busy_100ms_pct, null);
    rig.run(100);
    assert.equal(rig.telemetry().cpu.busy_100ms_pct, 100);
  });

  it('are not counted across a step in which a counter decreased', (t) => {
    const rig = burningRig(t, 10, { burnMs: 1_000 });
    rig.run(1_000);
    const write = rig.beforeTick;
    rig.beforeTick = () => writeFileSync(join(rig.procfs, 'stat'), 'cpu  1 0 0 0 0 0 0 0\nintr 0\n');
    rig.run(10);
    rig.beforeTick = write;
    rig.run(50);
    assert.equal(rig.number('cpu_anomalies'), 1);
    assert.equal(rig.telemetry().cpu.busy_100ms_pct, null);
  });

  it('exclude the time without samples', (t) => {
    const rig = burningRig(t, 50, { burnMs: 500 });
    rig.run(2_000);
    rig.clock.advance(20_000);
    rig.run(2_100);
    const { seconds } = rig.telemetry().cpu.burst;
    assert.ok(seconds !== null && seconds > 3.5 && seconds < 4.1, `${seconds} s`);
  });

  it('keep their counters when another lane takes over', (t) => {
    const rig = burningRig(t, 50, { burnMs: 500 });
    rig.run(3_000);
    const before = rig.burstCounters();
    rig.takeOver();
    rig.run(1_000);
    const after = rig.burstCounters();
    after.forEach((ms, i) => {
      assert.ok(ms >= before[i]!, `counter ${i}: ${before[i]} ms, then ${ms} ms`);
    });
    const grown = after.slice(0, -1).reduce((sum, ms, i) => sum + ms - before[i]!, 0);
    assert.ok(grown > 800 && grown <= 1_000, `grown by ${grown} ms`);
  });
});
