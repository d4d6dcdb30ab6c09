import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Cadence } from '../../../workers/lanes/cadence.js';

/** The deadlines, among ticks every `intervalMs`, at which work every `periodMs` was due. */
function dueAt(periodMs: number, intervalMs: number, ticks: number, startMs = 0): number[] {
  const cadence = new Cadence(periodMs);
  const due: number[] = [];
  for (let i = 0; i < ticks; i++) {
    const deadlineMs = startMs + i * intervalMs;
    if (cadence.due(deadlineMs)) due.push(deadlineMs);
  }
  return due;
}

describe('Cadence', () => {
  it('is due at the first tick, and then once a period', () => {
    assert.deepEqual(dueAt(100, 50, 7), [0, 100, 200, 300]);
  });

  it('is due at every tick when ticks are longer than the period', () => {
    assert.deepEqual(dueAt(100, 250, 4), [0, 250, 500, 750]);
  });

  it('waits for the next tick if the period is not a multiple of the interval', () => {
    assert.deepEqual(dueAt(100, 30, 10), [0, 120, 240]);
  });

  it('is due at each period despite rounding errors in the deadlines', () => {
    const startMs = 123_456_789.123_456_7;
    assert.equal(dueAt(100, 0.1, 10_001, startMs).length, 11);
    assert.equal(dueAt(1_000, 100, 101, startMs).length, 11);
  });

  it('is due once after missed ticks, not once for each', () => {
    const cadence = new Cadence(100);
    assert.deepEqual(
      [0, 50, 1_000, 1_050, 1_100].map((deadlineMs) => cadence.due(deadlineMs)),
      [true, false, true, false, true],
    );
  });

  it('is due a period after the last time at the earliest, and less than a tick later', () => {
    for (const periodMs of [100, 1_000]) {
      for (let intervalMs = 1; intervalMs <= 1_000; intervalMs++) {
        const due = dueAt(periodMs, intervalMs, Math.ceil((5 * periodMs) / intervalMs) + 10, 0.1);
        for (let i = 1; i < due.length; i++) {
          const gapMs = due[i]! - due[i - 1]!;
          assert.ok(gapMs > periodMs - 0.01 && gapMs < periodMs + intervalMs, `${gapMs} at ${intervalMs}`);
        }
        assert.ok(due.length >= 3);
      }
    }
  });
});
