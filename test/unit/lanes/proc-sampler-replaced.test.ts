import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Control } from '../../../src/shared/control.js';
import { FrameReader } from '../../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../../src/shared/layout.js';
import { ProcSampler } from '../../../workers/lanes/proc-sampler.js';
import { FakeClock } from '../../support/fake-clock.js';
import { copyMachine, SOUND_MACHINES } from '../../support/fixtures.js';

it('a sampler that was replaced while it hung in a tick publishes nothing more', (t) => {
  const shared = createSharedMemory();
  const control = new Control(shared);
  const procfs = copyMachine(t, SOUND_MACHINES[0]!);
  const start = () => {
    const sampler = new ProcSampler({
      generation: control.nextGeneration('proc'),
      shared,
      procfs,
      intervalMs: 50,
      cpuWindowMs: 1000,
      cpuBudgetPct: 100,
      diskStaleAfterMs: 15_000,
      nginxStaleAfterMs: 180_000,
      clock: new FakeClock(),
    });
    t.after(() => sampler.close());
    return sampler;
  };
  const frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  const sequence = () => frames.read((slot) => slot.sequence);
  const old = start();
  old.tick(0, 0);
  assert.equal(sequence(), 1);
  const replacement = start();
  old.tick(50, 0);
  assert.equal(sequence(), 1);
  replacement.tick(50, 0);
  assert.equal(sequence(), 2);
});
