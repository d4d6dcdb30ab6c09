import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statfsSync } from 'node:fs';
import { promisify } from 'node:util';
import si from 'systeminformation';
import { messageOf } from '../../src/shared/errors.js';
import type { ProbeMessage, ProbeTask } from '../../src/shared/probe.js';
import { PROGRAM_PATH } from '../../src/shared/program-path.js';
import { resolveBelow } from './below.js';
import { findMount } from './mountinfo.js';
import { readNginx } from './nginx.js';
import { readDiskUsedPct } from './statvfs.js';

const SITES_FOLDERS = ['/etc/nginx/sites-enabled', '/etc/nginx/conf.d'];

/**
 * Reads the disk path and nginx with the disk lane's own code, then with other tools. What is least likely to hang comes first.
 * Thread: a process that may hang.
 */
export async function readDisk(task: ProbeTask, tell: (message: ProbeMessage) => void): Promise<void> {
  const { rootfs, diskPath, searchPath } = task;
  const mountinfo = readFileSync('/proc/self/mountinfo', 'utf8');
  const literal =
    rootfs === '/' ? diskPath : `${rootfs}/${diskPath}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1');
  tell({ type: 'mount', path: literal, mount: findMount(mountinfo, literal) });

  const { installed, sites } = readNginx(rootfs, searchPath);
  const folder = SITES_FOLDERS.find((path) => existsSync(resolveBelow(rootfs, path))) ?? null;
  tell({ type: 'nginx', installed, sites, folder });

  const path = resolveBelow(rootfs, diskPath);
  await attempt('disk', tell, () => {
    const pct = readDiskUsedPct(path);
    // Links on the way may lead to another mount than the literal path.
    const real = rootfs === '/' ? realPath(path) : literal;
    tell({ type: 'disk', path: real, mount: findMount(mountinfo, real), pct });
    const { blocks, bfree, bavail, bsize } = statfsSync(path);
    tell({ type: 'blocks', blocks, bfree, bavail, bsize });
  });
  await attempt('df', tell, async () => {
    const env = { PATH: PROGRAM_PATH, LC_ALL: 'C' };
    const { stdout } = await promisify(execFile)('df', ['-kP', '--', path], { env });
    const [, , used = 0, available = 0] = stdout.trim().split('\n').at(-1)!.split(/\s+/).map(Number);
    tell({ type: 'df', usedPct: (100 * used) / (used + available) });
  });
  if (rootfs !== '/') return;
  await attempt('other-disk', tell, async () => {
    const { mountPoint } = findMount(mountinfo, realPath(path)) ?? { mountPoint: '/' };
    const found = (await si.fsSize()).findLast(({ mount }) => mount === mountPoint);
    if (found === undefined) throw new Error(`it does not list ${mountPoint}`);
    tell({ type: 'other-disk', usedPct: found.use });
  });
}

async function attempt(
  what: 'disk' | 'df' | 'other-disk',
  tell: (message: ProbeMessage) => void,
  work: () => Promise<void> | void,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    tell({ type: 'failed', what, reason: messageOf(error) });
  }
}

function realPath(path: string): string {
  // Not fs.realpathSync, which calls lstat on each component.
  return resolveBelow('', path);
}
