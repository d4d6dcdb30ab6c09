import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { ThreadCpu } from '../../../workers/lanes/thread-cpu.js';
import { temporaryFolder } from '../../support/fixtures.js';

function createThreadCpu(t: TestContext): ThreadCpu | null {
  const threadCpu = new ThreadCpu();
  t.after(() => threadCpu.close());
  if (!Number.isNaN(threadCpu.read(0))) return threadCpu;
  t.skip('this kernel has no /proc/thread-self/schedstat');
  return null;
}

describe('ThreadCpu', () => {
  it('grows while the thread works', (t) => {
    const threadCpu = createThreadCpu(t);
    if (threadCpu === null) return;
    const before = threadCpu.read(0);
    // Work until the counter moves: it must, sooner or later.
    let after = before;
    for (let turns = 0; after === before && turns < 1e9; turns++) after = threadCpu.read(0);
    assert.ok(after > before);
  });

  it('is no more than the process has used as a whole', (t) => {
    const threadCpu = createThreadCpu(t);
    if (threadCpu === null) return;
    const ns = threadCpu.read(0);
    const { user, system } = process.cpuUsage();
    // The kernel's own account of a process is kept in steps: allow it one tick of 10 ms.
    assert.ok(ns <= (user + system) * 1_000 + 1e7, `${ns} ns, process ${user + system} us`);
  });

  it('counts in steps of 10 ms without schedstat, whatever the thread name', (t) => {
    const folder = temporaryFolder(t);
    writeFileSync(join(folder, 'stat'), '4711 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20 0 1 0 4242\n');
    const threadCpu = new ThreadCpu(folder);
    t.after(() => threadCpu.close());
    assert.equal(threadCpu.read(0), 1_750_000_000);
  });

  it('is about the same from stat and from schedstat', (t) => {
    const exact = createThreadCpu(t);
    if (exact === null) return;
    const folder = temporaryFolder(t);
    symlinkSync('/proc/thread-self/stat', join(folder, 'stat'));
    const coarse = new ThreadCpu(folder);
    t.after(() => coarse.close());
    const [byStat, bySchedstat] = [coarse.read(0), exact.read(0)];
    assert.ok(Math.abs(byStat - bySchedstat) < 0.5 * bySchedstat, `${byStat} and ${bySchedstat} ns`);
  });

  it('is NaN without either file', (t) => {
    const threadCpu = new ThreadCpu(temporaryFolder(t));
    t.after(() => threadCpu.close());
    assert.ok(Number.isNaN(threadCpu.read(0)));
  });
});
