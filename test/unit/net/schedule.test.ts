import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { BeatSchedule } from '../../../workers/net/schedule.js';

const JITTER_SHARE = 0.02;
const NOON_MS = Date.UTC(2026, 2, 22, 12);
const ACCEPTED = { class: 'accepted', retryAfterMs: null } as const;

function scheduleOf(identifier: string, intervalMs: number, random: () => number = () => 0.5): BeatSchedule {
  return new BeatSchedule({ identifier, intervalMs, random });
}

/** The observed phase of a host's beats within the interval, with the jitter at its midpoint. */
function phaseMs(identifier: string, intervalMs: number): number {
  return (NOON_MS + scheduleOf(identifier, intervalMs).first(NOON_MS)) % intervalMs;
}

/** A seeded generator, so that a failed run can be repeated. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const intervals = fc.integer({ min: 1, max: 3_600 }).map((seconds) => seconds * 1000);
const walls = fc.integer({ min: 0, max: 4e12 });
const seeds = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe('the phase', () => {
  it('stays the same for an identifier across restarts at any time', () => {
    fc.assert(
      fc.property(fc.string(), intervals, walls, (identifier, intervalMs, wallMs) => {
        const dueMs = wallMs + scheduleOf(identifier, intervalMs).first(wallMs);
        assert.equal(dueMs % intervalMs, phaseMs(identifier, intervalMs));
      }),
    );
  });

  it('spreads a fleet evenly over the interval', () => {
    const counts = new Array<number>(10).fill(0);
    for (let host = 0; host < 5_000; host++) counts[Math.floor(phaseMs(`vps.t${host}`, 30_000) / 3_000)]!++;
    for (const count of counts) assert.ok(count > 400 && count < 600, counts.join(' '));
  });
});

describe('the first beat', () => {
  it('comes after a second or half an interval, and within an interval from there', () => {
    fc.assert(
      fc.property(fc.string(), intervals, walls, seeds, (identifier, intervalMs, wallMs, seed) => {
        const waitMs = scheduleOf(identifier, intervalMs, seeded(seed)).first(wallMs);
        const leastMs = Math.min(1_000, intervalMs / 2);
        const jitterMs = JITTER_SHARE * intervalMs;
        assert.ok(waitMs >= Math.max(0, leastMs - jitterMs), String(waitMs));
        assert.ok(waitMs <= leastMs + intervalMs + jitterMs, String(waitMs));
      }),
    );
  });
});

describe('the beat after an accepted one', () => {
  it('comes between half and one and a half intervals later, whatever the wall clock does', () => {
    const hourMs = 3_600_000;
    const steps = fc.array(fc.integer({ min: -2 * hourMs, max: 2 * hourMs }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.string(), intervals, steps, seeds, (identifier, intervalMs, clockSteps, seed) => {
        const schedule = scheduleOf(identifier, intervalMs, seeded(seed));
        let wallMs = NOON_MS;
        for (const step of [0, hourMs, -hourMs, ...clockSteps]) {
          wallMs += step;
          const waitMs = schedule.after(ACCEPTED, wallMs);
          assert.ok(waitMs >= (0.5 - JITTER_SHARE) * intervalMs, String(waitMs));
          assert.ok(waitMs <= (1.5 + JITTER_SHARE) * intervalMs, String(waitMs));
          wallMs += waitMs;
        }
      }),
    );
  });

  it('never repeats a phase time, and skips none while answers are quick', () => {
    fc.assert(
      fc.property(fc.string(), intervals, walls, seeds, (identifier, intervalMs, startMs, seed) => {
        const random = seeded(seed);
        const schedule = scheduleOf(identifier, intervalMs, random);
        const phase = phaseMs(identifier, intervalMs);
        let wallMs = startMs + schedule.first(startMs);
        let number = Math.round((wallMs - phase) / intervalMs);
        for (let beat = 0; beat < 50; beat++) {
          wallMs += random() * 0.4 * intervalMs;
          wallMs += schedule.after(ACCEPTED, wallMs);
          const next = Math.round((wallMs - phase) / intervalMs);
          assert.equal(next, number + 1);
          number = next;
        }
      }),
    );
  });

  it('varies to both sides of the phase by at most a fiftieth of the interval', () => {
    const random = seeded(7);
    const schedule = scheduleOf('vps.t1', 30_000, random);
    const phase = phaseMs('vps.t1', 30_000);
    const offsets: number[] = [];
    for (let beat = 0, wallMs = NOON_MS; beat < 500; beat++) {
      wallMs += schedule.after(ACCEPTED, wallMs);
      offsets.push(((((wallMs - phase) % 30_000) + 45_000) % 30_000) - 15_000);
    }
    assert.ok(Math.min(...offsets) < -500 && Math.max(...offsets) > 500);
    assert.ok(offsets.every((offset) => Math.abs(offset) <= 600.001));
  });
});
