import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { ThreadCpu } from '../../../workers/lanes/thread-cpu.js';

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
    // Work until the account moves: it must, sooner or later.
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
});
