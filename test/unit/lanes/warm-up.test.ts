import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Clock } from '../../../src/shared/clock.js';
import { FrameReader } from '../../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { WarmUp } from '../../../workers/lanes/warm-up.js';
import { copyMachine, SOUND_MACHINES } from '../../support/fixtures.js';

/** A clock on which every look takes a microsecond, so that what waits for it comes to an end. */
function createMovingClock(): Clock & { nowMs: number } {
  const clock = {
    nowMs: 1_000,
    monoMs: () => {
      clock.nowMs += 0.001;
      return clock.nowMs;
    },
    wallMs: () => clock.nowMs,
  };
  return clock;
}

for (const intervalMs of [1, 50, 1_000]) {
  test(`a lane that ticks every ${intervalMs} ms is warm after six seconds, is not late for it, and nobody sees it`, (t) => {
    const shared = createSharedMemory();
    const clock = createMovingClock();
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    const warmUp = new WarmUp({
      shared,
      identifier: 'vps.t1',
      procfs: copyMachine(t, SOUND_MACHINES[0]!),
      intervalMs,
      cpuWindowMs: 1_000,
      cpuBudgetPct: 0.5,
      diskStaleAfterMs: 15_000,
      nginxStaleAfterMs: 180_000,
      clock,
    });
    const startMs = clock.nowMs;
    for (let isOver = false; !isOver; ) {
      const turnMs = clock.nowMs;
      isOver = warmUp.turn();
      const tookMs = clock.nowMs - turnMs;
      assert.ok(tookMs > 0.01 * intervalMs && tookMs < 0.04 * intervalMs + 0.1, `${tookMs} ms`);
      clock.nowMs = Math.max(clock.nowMs, turnMs + intervalMs);
    }
    const lastedMs = clock.nowMs - startMs;
    assert.ok(lastedMs >= 6_000 && lastedMs < 7_100 + intervalMs, `${lastedMs} ms`);
    assert.equal(new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main).acquire(), null);
    warmUp.close();
    assert.equal(descriptors(), before);
  });
}
