import { readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import {
  type HostTrees,
  type ProcfsLook,
  type RootfsLook,
  TREES_LIMIT_MS,
  type TreesMessage,
} from './shared/messages.js';
import { workerFile } from './worker-file.js';

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
 * within two seconds counts as silent. Thread: main, at start; does not block. Throws nothing.
 */
export async function lookAtHost({ procfs, rootfs }: HostTrees): Promise<HostLook> {
  const own = {
    hostname: hostname(),
    isHostnameOfMachine: isHostnameOfMachine(),
    isRootOverlay: isRootOverlay(),
  };
  // What is no absolute path is refused as such.
  const isAskedFor = (path: string, ownPath: string) => path.startsWith('/') && path !== ownPath;
  const isRootfsElsewhere = isAskedFor(rootfs, '/');
  if (!isRootfsElsewhere && !isAskedFor(procfs, '/proc')) return { ...own, procfs: null, rootfs: null };
  const looks = await askProcess(procfs.startsWith('/') ? procfs : '', isRootfsElsewhere ? rootfs : '');
  return {
    ...own,
    procfs: procfs.startsWith('/') ? looks.procfs : null,
    rootfs: isRootfsElsewhere ? looks.rootfs : null,
  };
}

type Looks = { procfs: ProcfsLook | Silent; rootfs: RootfsLook | Silent };

async function askProcess(procfs: string, rootfs: string): Promise<Looks> {
  // Loaded here, since most have neither setting.
  const { spawn } = await import('node:child_process');
  const looks: Looks = { procfs: { silent: NO_ANSWER }, rootfs: { silent: NO_ANSWER } };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [fileURLToPath(workerFile('trees')), procfs, rootfs], {
      cwd: '/',
      env: {},
      // Not `ignore`: that takes a /dev/null, which not every container has.
      stdio: 'pipe',
    });
    const done = (): void => {
      clearTimeout(timer);
      // One that not even the kernel can end is left behind, and nobody waits for it.
      child.kill('SIGKILL');
      child.unref();
      for (const pipe of [child.stdin, child.stdout, child.stderr]) pipe.destroy();
      resolve(looks);
    };
    let timer = setTimeout(done, BEGIN_LIMIT_MS);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      const lines = `${text}${more}`.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as TreesMessage;
        if (message.type === 'procfs') looks.procfs = message.look;
        if (message.type === 'rootfs') looks.rootfs = message.look;
        if (message.type !== 'begun') continue;
        clearTimeout(timer);
        timer = setTimeout(done, TREES_LIMIT_MS);
      }
    });
    child.once('close', done);
    child.once('error', (error) => {
      const silent = `which could not be looked at: ${error.message}`;
      looks.procfs = { silent };
      looks.rootfs = { silent };
      done();
    });
  });
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
