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

/** A zombie has ended, too. */
function hasEnded(pid: number): boolean {
  const state = stateOf(pid);
  return state === null || state === 'Z';
}

test('a stat line is parsed when the process name contains spaces and parentheses', () => {
  const line = '77 (a ) b (c) S 42 77 77 0 -1 0 0 0 0 0 5 6 7 3 20 0 1 0 100 0 0';
  assert.deepEqual(parseProcessStat(line), { parentPid: 42, reapedNs: 100_000_000 });
});

test('a malformed stat line is rejected', () => {
  assert.throws(() => parseProcessStat('77 (sleep) S'), /not a line of/);
});

test('a tree includes children and grandchildren, and ends with its root', async (t) => {
  const { child, pids } = await startThree();
  t.after(() => endTree(child));
  assert.equal(pids[0], child.pid);
  assert.equal(pids.length, 3);
  await endTree(child);
  await until('the end of all three', () => pids.every(hasEnded));
});

test('a tree stops and continues as a whole, and can be ended while stopped', async (t) => {
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

test('the CPU time of a new thread counts in full, that of an ended one not at all', () => {
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

test('the CPU time of this process is readable and never decreases', () => {
  const before = readTreeCpu(process.pid);
  const used = cpuBetween(before, readTreeCpu(process.pid));
  assert.ok(before.threads.has(process.pid));
  assert.ok(used >= 0);
});

test('reading the CPU time of a process that is gone is an error', () => {
  assert.throws(() => readTreeCpu(2 ** 22 + 1), /is gone/);
});
