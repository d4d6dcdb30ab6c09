import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { copyMachine } from '../../support/fixtures.js';
import { ProcSamplerRig, type Telemetry } from '../../support/proc-sampler-rig.js';

const INTERVALS = [
  1, 2, 3, 7, 10, 16, 30, 33, 49, 50, 51, 99, 100, 101, 250, 333, 499, 500, 501, 700, 999, 1_000,
];

/** A machine whose files all change before each tick, so that each reading gives another value. */
function createRestlessRig(t: TestContext, intervalMs: number): ProcSamplerRig {
  const procfs = copyMachine(t, 'no-swap');
  const rig = new ProcSamplerRig(t, procfs, { intervalMs });
  let turn = 0;
  rig.beforeTick = () => {
    turn++;
    const available = 100_000 - ((500 * turn) % 100_000);
    writeFileSync(
      join(procfs, 'meminfo'),
      `MemTotal: 100000 kB\nMemAvailable: ${available} kB\nSwapTotal: 0 kB\n`,
    );
    writeFileSync(join(procfs, 'loadavg'), `${turn}.00 0.00 0.00 1/2 3\n`);
    writeFileSync(join(procfs, 'uptime'), `${turn}.00 0.00\n`);
  };
  rig.beforeTick();
  rig.tick();
  return rig;
}

/** The times of the ticks at which `value` had changed, from the first tick on. */
function changesOf(
  rig: ProcSamplerRig,
  intervalMs: number,
  value: (telemetry: Telemetry) => unknown,
): number[] {
  const startMs = rig.clock.mono;
  const changes = [0];
  let last = value(rig.telemetry());
  for (let passedMs = 0; passedMs < 3_500; passedMs += intervalMs) {
    rig.run(intervalMs);
    const now = value(rig.telemetry());
    if (now !== last) changes.push(rig.clock.mono - startMs);
    last = now;
  }
  return changes;
}

function assertCadence(changes: readonly number[], periodMs: number, intervalMs: number): void {
  const gaps = changes.slice(1).map((atMs, i) => atMs - changes[i]!);
  assert.ok(gaps.length > 0, 'it was read once only');
  for (const gapMs of gaps) {
    assert.ok(gapMs >= periodMs - 0.01, `read again after ${gapMs} ms`);
    assert.ok(gapMs < periodMs + intervalMs, `read again only after ${gapMs} ms`);
  }
}

describe('ProcSampler: how often it reads', () => {
  for (const intervalMs of INTERVALS) {
    it(`reads memory at most ten times a second, at a tick every ${intervalMs} ms`, (t) => {
      const rig = createRestlessRig(t, intervalMs);
      assertCadence(
        changesOf(rig, intervalMs, ({ mem_pct }) => mem_pct),
        100,
        intervalMs,
      );
    });

    it(`reads load and uptime at most once a second, at a tick every ${intervalMs} ms`, (t) => {
      const rig = createRestlessRig(t, intervalMs);
      const changes = changesOf(rig, intervalMs, ({ load_avg, uptime_seconds }) => {
        assert.equal(load_avg?.[0], uptime_seconds);
        return uptime_seconds;
      });
      assertCadence(changes, 1_000, intervalMs);
    });
  }
});
