import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  cpuBetween,
  endTree,
  parseProcessStat,
  processTree,
  readTreeCpu,
  signalTree,
} from '../../../bench/peers/process-tree.js';
import { until } from '../../support/until.js';

/** A process with a child and a grandchild that wait for ever. */
async function startThree(): Promise<{ child: ReturnType<typeof spawn>; pids: number[] }> {
  const script = 'sh -c "sleep 1000 & echo grandchild; wait" & wait';
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  const pids = processTree(child.pid!);
  return { child, pids };
}

function stateOf(pid: number): string | null {
  try {
    const line = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return line.slice(line.lastIndexOf(')') + 2)[0]!;
  } catch {
    return null;
  }
}

/** What nobody has waited for yet has ended, too. */
function hasEnded(pid: number): boolean {
  const state = stateOf(pid);
  return state === null || state === 'Z';
}

test('a process whose name holds spaces and brackets is read', () => {
  const line = '77 (a ) b (c) S 42 77 77 0 -1 0 0 0 0 0 5 6 7 3 20 0 1 0 100 0 0';
  assert.deepEqual(parseProcessStat(line), { parentPid: 42, reapedNs: 100_000_000 });
});

test('what is no line of stat is refused', () => {
  assert.throws(() => parseProcessStat('77 (sleep) S'), /not a line of/);
});

test('a tree holds the children and their children, and ends with its root', async (t) => {
  const { child, pids } = await startThree();
  t.after(() => endTree(child));
  assert.equal(pids[0], child.pid);
  assert.equal(pids.length, 3);
  await endTree(child);
  await until('the end of all three', () => pids.every(hasEnded));
});

test('a tree is stopped as a whole, goes on as a whole, and ends though it is stopped', async (t) => {
  const { child, pids } = await startThree();
  t.after(() => endTree(child));
  signalTree(child.pid!, 'SIGSTOP');
  await until('the stop of all three', () => pids.every((pid) => stateOf(pid) === 'T'));
  signalTree(child.pid!, 'SIGCONT');
  await until('all three to go on', () => pids.every((pid) => stateOf(pid) === 'S'));
  signalTree(child.pid!, 'SIGSTOP');
  await endTree(child);
  await until('the end of all three', () => pids.every(hasEnded));
});

test('the CPU time of a thread that is new counts in full, that of one that ended not at all', () => {
  const before = {
    threads: new Map([
      [1, 100],
      [2, 50],
    ]),
    reapedNs: 10,
  };
  const after = {
    threads: new Map([
      [1, 130],
      [3, 7],
    ]),
    reapedNs: 30,
  };
  assert.equal(cpuBetween(before, after), 30 + 7 + 20);
});

test('the CPU time of this process is read, and never goes back', () => {
  const before = readTreeCpu(process.pid);
  const used = cpuBetween(before, readTreeCpu(process.pid));
  assert.ok(before.threads.has(process.pid));
  assert.ok(used >= 0);
});

test('the CPU time of a process that is gone is not 0', () => {
  assert.throws(() => readTreeCpu(2 ** 22 + 1), /is gone/);
});
