import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTrees } from '../../shared/messages.js';
import { bytes, type Finding, ok } from './finding.js';

/** PROC_PID_INIT_INO: the number that the first PID namespace has on every kernel since 3.8. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';
/** cgroup v1 says so where there is no limit: the largest number of whole pages. */
const NO_LIMIT_BYTES = 2 ** 62;

/** Says whose numbers these are: the host's, whatever a container or a unit is limited to. */
export async function checkScope({ procfs, rootfs }: HostTrees): Promise<Finding[]> {
  const isContained = (await attempt(() => readlink('/proc/self/ns/pid'))) !== FIRST_PID_NAMESPACE;
  const limit = await readMemoryLimit();
  const trees = `kernel files from ${procfs}, disk and nginx below ${rootfs}`;
  const of =
    isContained && procfs === '/proc'
      ? 'what the /proc of this container tells, which is the host unless lxcfs is mounted over it'
      : 'the host';
  const limits =
    limit === null
      ? ''
      : `. This process may take ${bytes(limit)} of memory; mem_pct shows the host's memory, not that`;
  return [ok('scope', `${trees}. The numbers are those of ${of}${limits}`)];
}

/** The lowest limit on the way from this process's cgroup to the root; null: none is told. Knows both versions. */
async function readMemoryLimit(): Promise<number | null> {
  const text = (await attempt(() => readFile('/proc/self/cgroup', 'utf8'))) ?? '';
  const limits: number[] = [];
  for (const line of text.trim().split('\n')) {
    const [, controllers = '', path = '/'] = line.split(':');
    const isV1 = controllers.split(',').includes('memory');
    if (controllers !== '' && !isV1) continue;
    const [root, file] = isV1
      ? ['/sys/fs/cgroup/memory', 'memory.limit_in_bytes']
      : ['/sys/fs/cgroup', 'memory.max'];
    const names = path.split('/').filter((name) => name !== '');
    for (let depth = names.length; depth >= 0; depth--) {
      const value = await attempt(() => readFile(join(root, ...names.slice(0, depth), file), 'utf8'));
      const limit = Number.parseInt(value ?? '', 10);
      if (limit < NO_LIMIT_BYTES) limits.push(limit);
    }
  }
  return limits.length === 0 ? null : Math.min(...limits);
}

async function attempt(read: () => Promise<string>): Promise<string | null> {
  try {
    return await read();
  } catch {
    return null;
  }
}
