import { Control } from '../../src/shared/control.js';
import type { FakeClock } from '../../test/support/fake-clock.js';
import { DiskSampler } from '../../workers/lanes/disk-lane.js';
import { ProcSampler } from '../../workers/lanes/proc-sampler.js';

/** Between two samples, as long as nobody asks for another. */
const INTERVAL_MS = 50;

/** What a proc lane does, on this host's files and a clock that is moved by hand; nothing of it is ever stale, and no budget stretches it. */
export function createProcSampler(
  shared: SharedArrayBuffer,
  clock: FakeClock,
  intervalMs = INTERVAL_MS,
): ProcSampler {
  return new ProcSampler({
    generation: new Control(shared).nextGeneration('proc'),
    shared,
    procfs: '/proc',
    intervalMs,
    cpuWindowMs: 1_000,
    cpuBudgetPct: 100,
    diskStaleAfterMs: Number.POSITIVE_INFINITY,
    nginxStaleAfterMs: Number.POSITIVE_INFINITY,
    clock,
  });
}

/** What a disk lane does, on the same clock. */
export function createDiskSampler(shared: SharedArrayBuffer, clock: FakeClock): DiskSampler {
  return new DiskSampler(
    {
      lane: 'disk',
      generation: new Control(shared).nextGeneration('disk'),
      shared,
      diskPath: '/',
      rootfs: '/',
      diskIntervalMs: 5_000,
      nginxIntervalMs: 60_000,
      searchPath: '',
    },
    clock,
  );
}
