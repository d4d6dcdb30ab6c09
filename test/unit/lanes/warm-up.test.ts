import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import type { Clock } from '../../../src/shared/clock.js';
import { FrameReader } from '../../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { WarmUp } from '../../../workers/lanes/warm-up.js';
import { copyMachine, SOUND_MACHINES } from '../../support/fixtures.js';

/** A clock that advances by a microsecond per reading, so that busy waits end. */
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
  test(`warm-up at ${intervalMs} ms delays no tick, publishes nothing and leaves nothing open`, (t) => {
    const shared = createSharedMemory();
    const clock = createMovingClock();
    const descriptors = () => readdirSync('/proc/self/fd').length;
    const before = descriptors();
    const warmUp = new WarmUp({
      generation: 1,
      shared,
      procfs: copyMachine(t, SOUND_MACHINES[0]!),
      intervalMs,
      cpuWindowMs: 1_000,
      cpuBudgetPct: 0.5,
      diskStaleAfterMs: 15_000,
      nginxStaleAfterMs: 180_000,
      clock,
    });
    for (let isOver = false; !isOver; ) {
      const turnMs = clock.nowMs;
      isOver = warmUp.turn();
      const tookMs = clock.nowMs - turnMs;
      assert.ok(isOver || tookMs > 0.02 * intervalMs, `${tookMs} ms`);
      assert.ok(tookMs < 0.08 * intervalMs + 0.2, `${tookMs} ms`);
    }
    assert.equal(new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main).acquire(), null);
    warmUp.close();
    assert.equal(descriptors(), before);
  });
}
