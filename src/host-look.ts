import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  type HostTrees,
  LOOK_LIMIT_MS,
  type ProcfsLook,
  type RootfsLook,
  type TreesMessage,
} from './shared/messages.js';

/** A tree that did not answer in time, and why. */
export interface Silent {
  readonly silent: string;
}

/** What the daemon found out about where it runs. */
export interface HostLook {
  /** The host name that the kernel reports to this process. */
  readonly hostname: string;
  /** Whether that is the machine's own name, which the kernel reports only in the initial UTS namespace. */
  readonly isHostnameOfMachine: boolean;
  /** Whether `/` is an overlay, as the root of a container is. */
  readonly isRootOverlay: boolean;
  /** Null: not checked, because it is the Monitor's own `/proc` and no other tree was given. */
  readonly procfs: ProcfsLook | Silent | null;
  /** Null: not checked, because it is the Monitor's own `/`. */
  readonly rootfs: RootfsLook | Silent | null;
}

/** PROC_UTS_INIT_INO: the inode number of the initial UTS namespace, the same on every kernel since 3.8. */
const FIRST_UTS_NAMESPACE = 'uts:[4026531838]';
const OVERLAYFS_MAGIC = 0x794c7630;
const AUFS_MAGIC = 0x61756673;
const FUSE_MAGIC = 0x65735546;
/** Startup timeout of the checking process, long enough for a busy machine. */
const BEGIN_LIMIT_MS = 10_000;
const NO_ANSWER = 'which gives no answer';

/**
 * Checks where the daemon runs, and the trees of the host unless they are the Monitor's own. The trees may lie on a dead mount, so a
 * separate process checks them: a process can be killed or abandoned, but a thread that waits for such a mount cannot, and handles no
 * signals. A tree that does not answer within LOOK_LIMIT_MS counts as silent, and so does one that could not be checked; both carry the
 * reason. Thread: main, at start; does not block. Throws nothing. If `signal` is aborted, the result is meaningless.
 */
export async function lookAtHost({ procfs, rootfs }: HostTrees, signal?: AbortSignal): Promise<HostLook> {
  const own = {
    hostname: hostname(),
    isHostnameOfMachine: isHostnameOfMachine(),
    isRootOverlay: isRootOverlay(),
  };
  // Settings validation refuses paths that are not absolute.
  const isAskedFor = (path: string, ownPath: string) => path.startsWith('/') && path !== ownPath;
  const isRootfsElsewhere = isAskedFor(rootfs, '/');
  if (!isRootfsElsewhere && !isAskedFor(procfs, '/proc')) return { ...own, procfs: null, rootfs: null };
  const looks = await lookAtTrees(
    procfs.startsWith('/') ? procfs : '',
    isRootfsElsewhere ? rootfs : '',
    signal,
  );
  return {
    ...own,
    procfs: procfs.startsWith('/') ? looks.procfs : null,
    rootfs: isRootfsElsewhere ? looks.rootfs : null,
  };
}

type Looks = { procfs: ProcfsLook | Silent; rootfs: RootfsLook | Silent };

async function lookAtTrees(procfs: string, rootfs: string, signal: AbortSignal | undefined): Promise<Looks> {
  // Loaded lazily: most installations set neither.
  const { askProcess, workerCommand } = await import('./ask-process.js');
  const looks: Partial<Looks> = {};
  const { failure } = await askProcess<TreesMessage>({
    command: workerCommand('trees', procfs, rootfs),
    env: {},
    signal,
    beginLimitMs: BEGIN_LIMIT_MS,
    limitMs: LOOK_LIMIT_MS,
    take: (message) => {
      if (message.type === 'procfs') looks.procfs = message.look;
      if (message.type === 'rootfs') looks.rootfs = message.look;
      return false;
    },
  });
  const silent = failure === null ? NO_ANSWER : `which could not be checked: ${failure}`;
  return { procfs: { silent }, rootfs: { silent }, ...looks };
}

function isHostnameOfMachine(): boolean {
  try {
    return readlinkSync('/proc/self/ns/uts') === FIRST_UTS_NAMESPACE;
  } catch {
    return false;
  }
}

/** Checks only the Monitor's own root, which cannot hang: the Monitor was just loaded from it. */
function isRootOverlay(): boolean {
  try {
    const { type } = statfsSync('/');
    if (type === FUSE_MAGIC) return isFuseOverlay(readFileSync('/proc/self/mountinfo', 'utf8'));
    return type === OVERLAYFS_MAGIC || type === AUFS_MAGIC;
  } catch {
    return false;
  }
}

/** Whether the newest mount at `/` is fuse-overlayfs, which rootless containers use. @see proc_pid_mountinfo(5) */
function isFuseOverlay(mountinfo: string): boolean {
  const root = mountinfo.split('\n').findLast((line) => line.split(' ')[4] === '/');
  return root?.includes(' - fuse.fuse-overlayfs ') ?? false;
}
