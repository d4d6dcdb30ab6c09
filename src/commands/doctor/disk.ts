import type { Mount, ProbeMessage, ProbeTask } from '../../shared/probe.js';
import { printable } from '../top/printable.js';
import { bytes, type Finding, ok, percent, problem, warning } from './finding.js';
import { askProbe, failureOf, messageOf } from './probe.js';

/** Far more than file systems that are well take, and little to wait for one that is not. */
const LIMIT_MS = 2_000;
/** Percentage points that may be written between two looks. */
const TOLERANCE = 0.5;
/** What asks another machine, or a program, and hangs when that does not answer. */
const REMOTE = /^(nfs\d?|cifs|smb\d?|smbfs|9p|ceph|afs|lustre|glusterfs|beegfs|fuse(\..*)?|fuseblk|autofs)$/;

/** Checks the file system at the disk path, and nginx, which is on disks, too. */
export async function checkDisk(task: Omit<ProbeTask, 'topic'>, signal: AbortSignal): Promise<Finding[]> {
  const messages = await askProbe({ ...task, topic: 'disk' }, LIMIT_MS, signal);
  if (messageOf(messages, 'begun') === undefined)
    return [
      problem(
        'disk',
        `could not be checked: ${failureOf(messages, 'disk') ?? 'the process did not start'}`,
        'see whether this user may start another process (ulimit -u, pids.max)',
      ),
    ];
  return [checkMount(messages), checkShare(messages, task.diskPath), checkNginx(messages)];
}

function checkMount(messages: readonly ProbeMessage[]): Finding {
  const place = messageOf(messages, 'disk') ?? messageOf(messages, 'mount');
  if (place === undefined)
    return problem(
      'mount',
      'the mounts could not be looked at',
      'see that /proc is mounted, and can be read',
    );
  const { path, mount } = place;
  if (mount === null)
    return warning(
      'mount',
      `${path} is on no mount that /proc/self/mountinfo tells of`,
      'set MONITOR_DISK_PATH',
    );
  const found = `${printable(path)} is on ${describe(mount)}`;
  if (REMOTE.test(mount.fileSystem))
    return warning(
      'mount',
      `${found}, which hangs when whoever serves it does not answer`,
      'nothing need be done: disk_pct then keeps its last value and is named in "stale". For a disk of this machine set MONITOR_DISK_PATH',
    );
  if (mount.isReadOnly)
    return warning(
      'mount',
      `${found}, read-only`,
      'if a disk that fills up is meant, set MONITOR_DISK_PATH to a path on it',
    );
  return ok('mount', found);
}

function describe({ source, fileSystem, mountPoint }: Mount): string {
  return `${printable(source)}, ${fileSystem}, mounted at ${printable(mountPoint)}`;
}

function checkShare(messages: readonly ProbeMessage[], diskPath: string): Finding {
  const disk = messageOf(messages, 'disk');
  const blocks = messageOf(messages, 'blocks');
  const failure = failureOf(messages, 'disk');
  if (failure !== undefined)
    return problem(
      'disk',
      `disk_pct can't be had: ${printable(failure)}`,
      'set MONITOR_DISK_PATH to a path that is there',
    );
  if (disk === undefined || blocks === undefined)
    return problem(
      'disk',
      `${printable(diskPath)} gives no answer within ${LIMIT_MS / 1000} s: its file system hangs`,
      'check that the server of the mount is up (findmnt, dmesg); everything else goes on meanwhile, and disk_pct is named in "stale"',
    );
  const df = messageOf(messages, 'df');
  const other = messageOf(messages, 'other-disk');
  const size = (count: number) => bytes(count * blocks.bsize);
  const madeOf = `used ${size(blocks.blocks - blocks.bfree)}, available ${size(blocks.bavail)} by statfs(2)`;
  const beside = [
    df === undefined
      ? `df ${failureOf(messages, 'df') === undefined ? 'gives no answer' : 'is not there'}`
      : `df ${percent(df.usedPct)}`,
    ...(other === undefined ? [] : [`systeminformation ${percent(other.usedPct)}`]),
  ];
  const found = `${percent(disk.pct)}: ${madeOf} (beside it: ${beside.join(', ')})`;
  const isNear = (value: number | undefined) =>
    value === undefined || Math.abs(value - disk.pct) <= TOLERANCE;
  return isNear(df?.usedPct) && isNear(other?.usedPct)
    ? ok('disk', found)
    : warning(
        'disk',
        `${found}, which differ by more than they should`,
        'see that df is asked for the same file system, and run it again',
      );
}

function checkNginx(messages: readonly ProbeMessage[]): Finding {
  const nginx = messageOf(messages, 'nginx');
  if (nginx === undefined)
    return problem(
      'nginx',
      'its files give no answer',
      'see whether the file system that /etc/nginx is on hangs',
    );
  const { installed, sites, folder } = nginx;
  if (installed === null)
    return warning(
      'nginx',
      'it is not known whether it is installed',
      'let this user look into the folders of PATH',
    );
  if (!installed)
    return ok('nginx', 'not installed: no binary at a known place or on PATH, no /etc/nginx/nginx.conf');
  if (sites === null)
    return warning(
      'nginx',
      `installed, but ${folder} can't be read`,
      `let this user read it: chmod o+rx ${folder}`,
    );
  const count = sites.length === 1 ? '1 site' : `${sites.length} sites`;
  const names = sites.slice(0, 5).map((site) => printable(site));
  const list = `${names.join(', ')}${sites.length > names.length ? ', …' : ''}`;
  return ok('nginx', `installed, ${count} in ${folder ?? 'no folder'}${list === '' ? '' : `: ${list}`}`);
}
