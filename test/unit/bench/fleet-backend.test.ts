import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  always,
  type Backend,
  between,
  comeBackAt,
  comeBackIn,
  withCapacity,
  withQuota,
} from '../../../bench/fleet/backend.js';

function statuses(backend: Backend, timesMs: readonly number[]): (number | string)[] {
  return timesMs.map((atMs) => {
    const answer = backend(atMs);
    return answer.kind === 'answered' ? answer.status : answer.kind;
  });
}

function every(stepMs: number, fromMs: number, toMs: number): number[] {
  return Array.from({ length: (toMs - fromMs) / stepMs }, (_, step) => fromMs + step * stepMs);
}

describe('the simulated backend', () => {
  it('fails only between two times', () => {
    const backend = between(1_000, 2_000, always({ kind: 'refused' }));
    assert.deepEqual(statuses(backend, [999, 1_000, 1_999, 2_000]), [200, 'refused', 'refused', 200]);
  });

  it('sends Retry-After in seconds, or as a date next to a Date header', () => {
    assert.deepEqual(comeBackIn(60)(1_500), {
      kind: 'answered',
      status: 429,
      retryAfter: '60',
      notBeforeMs: 61_500,
    });
    const backend = comeBackAt(60_000, 503);
    backend(500);
    assert.deepEqual(backend(1_500), {
      kind: 'answered',
      status: 503,
      retryAfter: 'Sun, 22 Mar 2026 12:01:00 GMT',
      date: 'Sun, 22 Mar 2026 12:00:01 GMT',
      notBeforeMs: 60_000,
    });
  });

  it('accepts its capacity in every second', () => {
    const answers = statuses(withCapacity(100, comeBackIn(5)), every(5, 0, 10_000));
    for (let second = 1; second < 10; second++) {
      const taken = answers.slice(second * 200, (second + 1) * 200).filter((status) => status === 200).length;
      assert.ok(Math.abs(taken - 100) <= 1, `${taken} in second ${second}`);
    }
  });

  it('accepts its quota at the start of each minute', () => {
    const answers = statuses(withQuota(3), every(10_000, 0, 120_000));
    const minute = [200, 200, 200, 429, 429, 429];
    assert.deepEqual(answers, [...minute, ...minute]);
  });
});
