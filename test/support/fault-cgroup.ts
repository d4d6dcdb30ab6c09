import { existsSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { until } from './until.js';

/** Where the memory of groups of processes is limited, in either version of cgroups, and the file that takes the limit. */
const ROOTS = [
  { root: '/sys/fs/cgroup', limit: 'memory.max', isHere: '/sys/fs/cgroup/cgroup.controllers' },
  {
    root: '/sys/fs/cgroup/memory',
    limit: 'memory.limit_in_bytes',
    isHere: '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  },
] as const;

/** A group of processes that get no more memory than was said. */
export interface MemoryGroup {
  /** The command that runs what is put behind it in this group, in its own place. */
  readonly wrapper: readonly string[];
  /** Like `wrapper`, and when there is no memory left in the group it is the first that the kernel kills. */
  readonly firstToDie: readonly string[];
}

/** Makes such a group, which is gone after the test. A text says why there can be none here. */
export function createMemoryGroup(t: TestContext, bytes: number): MemoryGroup | string {
  const here = ROOTS.find(({ isHere }) => existsSync(isHere));
  if (here === undefined) return 'there are no memory cgroups';
  let path: string;
  try {
    path = mkdtempSync(join(here.root, 'monitor-test-'));
  } catch (error) {
    return `no cgroup can be made: ${String(error)}`;
  }
  t.after(async () => {
    await until('the group to be empty', () => readFileSync(join(path, 'cgroup.procs'), 'utf8') === '');
    rmdirSync(path);
  });
  const limit = join(path, here.limit);
  if (!existsSync(limit)) return 'the memory controller is not on for the groups below the root';
  writeFileSync(limit, String(bytes));
  const enter = `echo $$ > ${join(path, 'cgroup.procs')}`;
  return {
    wrapper: ['sh', '-ec', `${enter}; exec "$@"`, 'sh'],
    firstToDie: ['sh', '-ec', `${enter}; echo 1000 > /proc/$$/oom_score_adj; exec "$@"`, 'sh'],
  };
}
