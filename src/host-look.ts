import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import {
  type HostTrees,
  LOOK_LIMIT_MS,
  type ProcfsLook,
  type RootfsLook,
  type TreesMessage,
} from './shared/messages.js';

/** A tree that gave no answer in time; why. */
export interface Silent {
  readonly silent: string;
}

/** What the daemon finds where it is started. */
export interface HostLook {
  /** The name that the kernel tells this process. */
  readonly hostname: string;
  /** Whether that is the machine's own name, which only processes of its first UTS namespace are told. */
  readonly isHostnameOfMachine: boolean;
  /** Whether `/` is an overlay, as the root of a container is. */
  readonly isRootOverlay: boolean;
  /** Null: it was not looked at, since it is the Monitor's own `/proc` and no other tree was given. */
  readonly procfs: ProcfsLook | Silent | null;
  /** Null: it was not looked at, since it is the Monitor's own `/`. */
  readonly rootfs: RootfsLook | Silent | null;
}

/** PROC_UTS_INIT_INO: the number that the first UTS namespace has on every kernel since 3.8. */
const FIRST_UTS_NAMESPACE = 'uts:[4026531838]';
const OVERLAYFS_MAGIC = 0x794c7630;
const AUFS_MAGIC = 0x61756673;
const FUSE_MAGIC = 0x65735546;
/** How long a process may take to come up on a machine that is busy. */
const BEGIN_LIMIT_MS = 10_000;
const NO_ANSWER = 'which gives no answer';

/**
 * Looks where the daemon is started, and at the trees of the host if they are not the Monitor's own. Those may lie on a mount that is
 * dead, so a process is asked, which can be ended: a thread that waits for such a mount can't be, and takes no signal. What gives no answer
 * within LOOK_LIMIT_MS counts as silent, and so does what could not be checked, with the reason. Thread: main, at start; does not block.
 * Throws nothing; when `signal` is aborted, what it resolves with means nothing.
 */
export async function lookAtHost({ procfs, rootfs }: HostTrees, signal?: AbortSignal): Promise<HostLook> {
  const own = {
    hostname: hostname(),
    isHostnameOfMachine: isHostnameOfMachine(),
    isRootOverlay: isRootOverlay(),
  };
  // What is no absolute path is refused as such.
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
  // Loaded here, since most have neither setting.
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

/** Of the Monitor's own root alone, which it was loaded from: that it hangs is out of the question. */
function isRootOverlay(): boolean {
  try {
    const { type } = statfsSync('/');
    if (type === FUSE_MAGIC) return isFuseOverlay(readFileSync('/proc/self/mountinfo', 'utf8'));
    return type === OVERLAYFS_MAGIC || type === AUFS_MAGIC;
  } catch {
    return false;
  }
}

/** Whether the newest mount at `/` is fuse-overlayfs, which rootless containers have. @see proc_pid_mountinfo(5) */
function isFuseOverlay(mountinfo: string): boolean {
  const root = mountinfo.split('\n').findLast((line) => line.split(' ')[4] === '/');
  return root?.includes(' - fuse.fuse-overlayfs ') ?? false;
}
