import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { CPU_FIELDS } from '../../../workers/proc/stat.js';
import { CpuWindowRig } from '../../support/cpu-window-rig.js';

interface Reading {
  readonly atMs: number;
  readonly counters: readonly number[];
}

/**
 * The expected share after the last of `readings`, from the whole history: over the time since the newest reading
 * that is a window old (give or take half a tick, or half a window if that is less), if no counter decreased since.
 */
function naiveShare(readings: readonly Reading[], windowMs: number, intervalMs: number): number {
  const lastFall = readings.findLastIndex((reading, i) => i > 0 && fell(readings[i - 1]!, reading));
  const since = readings.slice(Math.max(0, lastFall));
  const last = since.at(-1)!;
  const slackMs = Math.min(intervalMs, windowMs) / 2;
  const base = since.findLast((reading) => reading.atMs <= last.atMs - windowMs + slackMs);
  if (base === undefined) return Number.NaN;
  const steps = last.counters.map((value, i) => value - base.counters[i]!);
  const total = steps.reduce((sum, step) => sum + step, 0);
  const idle = steps[CPU_FIELDS.indexOf('idle')]! + steps[CPU_FIELDS.indexOf('iowait')]!;
  return total > 0 ? (100 * (total - idle)) / total : Number.NaN;
}

function fell(before: Reading, after: Reading): boolean {
  return after.counters.some((value, i) => value < before.counters[i]!);
}

/** Readings as a lane makes them: ticks may be late, and ticks whose interval is over are skipped. */
const schedule = fc
  .record({
    intervalMs: fc.integer({ min: 1, max: 1_000 }),
    windowMs: fc.integer({ min: 100, max: 2_000 }),
    ticks: fc.array(
      fc.record({
        // Most ticks are on time; some are late by up to twelve of them.
        lateness: fc.oneof(
          { weight: 6, arbitrary: fc.constant(0) },
          { weight: 3, arbitrary: fc.constantFrom(0.25, 0.5) },
          { weight: 3, arbitrary: fc.double({ min: 0, max: 0.99, noNaN: true }) },
          { weight: 1, arbitrary: fc.double({ min: 0, max: 12, noNaN: true }) },
        ),
        steps: fc.array(fc.nat(20), { minLength: 8, maxLength: 8 }),
        fall: fc.oneof({ weight: 30, arbitrary: fc.constant(-1) }, { weight: 1, arbitrary: fc.nat(7) }),
      }),
      { minLength: 2, maxLength: 150 },
    ),
  })
  .map(({ intervalMs, windowMs, ticks }) => {
    const readings: Reading[] = [];
    let index = -1;
    let atMs = 0;
    let counters = new Array<number>(8).fill(10_000);
    for (const { lateness, steps, fall } of ticks) {
      index = Math.max(index + 1, Math.floor(atMs / intervalMs));
      atMs = Math.max(atMs, (index + lateness) * intervalMs);
      counters = counters.map((value, i) => (i === fall ? value - 1 : value + steps[i]!));
      readings.push({ atMs, counters });
    }
    return { intervalMs, windowMs, readings };
  });

describe('CpuWindow: time', () => {
  it('equals a model that keeps the whole history, for late, missed and anomalous ticks', () => {
    fc.assert(
      fc.property(schedule, ({ intervalMs, windowMs, readings }) => {
        const window = new CpuWindowRig(windowMs, intervalMs);
        for (const [i, { atMs, counters }] of readings.entries()) {
          window.push(Float64Array.from(counters), atMs);
          const expected = naiveShare(readings.slice(0, i + 1), windowMs, intervalMs);
          const isEqual = Number.isNaN(expected)
            ? Number.isNaN(window.pct)
            : Math.abs(window.pct - expected) < 1e-9;
          assert.ok(isEqual, `reading ${i} at ${atMs}: ${window.pct}, expected ${expected}`);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is unknown until the first window is complete, and known from then on', () => {
    const window = new CpuWindowRig(1_000, 50);
    const counters = new Float64Array(8);
    for (let atMs = 0; atMs <= 3_000; atMs += 50) {
      counters[0]! += 1;
      counters[3]! += 4;
      window.push(counters, atMs);
      assert.equal(Number.isNaN(window.pct), atMs < 1_000, `at ${atMs}`);
    }
    assert.equal(window.pct, 20);
  });

  it('loses no base reading to a late tick that another follows at once', () => {
    const window = new CpuWindowRig(100, 34);
    const counters = new Float64Array(8);
    // The tick due at 34 runs at 87, and the one due at 68 right after it.
    for (const atMs of [0, 87.1, 87.1, 102, 136, 170]) {
      counters[0]! += 1;
      window.push(counters, atMs);
    }
    assert.equal(window.pct, 100);
  });

  it('drops readings older than the window', () => {
    const window = new CpuWindowRig(500, 50);
    const counters = new Float64Array(8);
    for (let atMs = 0; atMs <= 2_000; atMs += 50) {
      counters[atMs <= 1_500 ? 0 : 3]! += 5;
      window.push(counters, atMs);
    }
    assert.equal(window.pct, 0);
  });

  it('keeps a whole window at one reading per millisecond', () => {
    const window = new CpuWindowRig(1_000, 1);
    const counters = new Float64Array(8);
    for (let atMs = 0; atMs <= 5_000; atMs++) {
      // Busy in every tenth millisecond.
      counters[atMs % 10 === 0 ? 0 : 3]! += 1;
      window.push(counters, atMs);
      if (atMs >= 1_000) assert.equal(window.pct, 10, `at ${atMs}`);
    }
  });

  it('gives the share since the previous reading if a tick is longer than the window', () => {
    for (const [windowMs, intervalMs] of [
      [100, 1_000],
      [100, 200],
      [500, 1_000],
      [999, 1_000],
    ] as const) {
      const window = new CpuWindowRig(windowMs, intervalMs);
      window.push(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 0), 0);
      window.push(Float64Array.of(30, 0, 0, 70, 0, 0, 0, 0), intervalMs);
      assert.equal(window.pct, 30, `window ${windowMs}, interval ${intervalMs}`);
    }
  });
});
