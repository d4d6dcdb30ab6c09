import { readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { HostTrees } from '../../shared/messages.js';
import { within } from '../../within.js';
import { readPressure } from '../top/pressure.js';
import { bytes, type Finding, ok, percent, warning } from './finding.js';

const PRESSURE_LIMIT_MS = 2_000;
/** PROC_PID_INIT_INO: the number that the first PID namespace has on every kernel since 3.8. */
const FIRST_PID_NAMESPACE = 'pid:[4026531836]';
/** cgroup v1 says so where there is no limit: the largest number of whole pages. */
const NO_LIMIT_BYTES = 2 ** 62;

/** Says whose numbers these are: the host's, whatever a container or a unit is limited to. `leaveThreadBehind` is called when one hangs. */
export async function checkScope(
  { procfs, rootfs }: HostTrees,
  leaveThreadBehind: () => void,
): Promise<Finding[]> {
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
  return [
    ok('scope', `${trees}. The numbers are those of ${of}${limits}`),
    await checkPressure(procfs, leaveThreadBehind),
  ];
}

async function checkPressure(procfs: string, leaveThreadBehind: () => void): Promise<Finding> {
  let found: Awaited<ReturnType<typeof readPressure>> | null = null;
  await within(
    PRESSURE_LIMIT_MS,
    readPressure(procfs).then((pressure) => {
      found = pressure;
    }),
  );
  const pressure = found as Awaited<ReturnType<typeof readPressure>> | null;
  if (pressure === null) {
    leaveThreadBehind();
    return warning('pressure', `${procfs}/pressure gives no answer`, 'see whether the mount there hangs');
  }
  if (pressure === 'unsupported')
    return ok(
      'pressure',
      'this kernel tells none; nothing needs it but top (to have it: CONFIG_PSI, and psi=1 at boot)',
    );
  const text = Object.entries(pressure).map(([source, value]) => `${source} ${percent(value)}`);
  return ok('pressure', `some task waited in the last 10 s: ${text.join(', ')}`);
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
