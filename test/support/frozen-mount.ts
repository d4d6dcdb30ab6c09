import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from './fixtures.js';
import { until } from './until.js';

/** A FUSE mount whose server can be made to stand still, as an NFS server that is gone does. */
export interface FrozenMount {
  readonly path: string;
  freeze(): void;
  thaw(): void;
}

/** Why there can be no such mount here; null: there can. */
export function whyNoMount(): string | null {
  if (spawnSync('bindfs', ['--version']).status !== 0) return 'bindfs is not installed';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return '/dev/fuse is not there, or not for us';
  }
  return null;
}

/**
 * Mounts a folder, an empty one if it is given none, over another with bindfs. After the test bindfs is killed, by its pid, upon which the
 * kernel lets go whoever waits for it, and the mount is taken away.
 *
 * It freezes between two requests. Who waits for one that is not yet read can be killed; who waits for one that was read stays until it is
 * answered, and so does the process that it is in, though it has ended as far as it can: of that no program can promise anything.
 */
export async function createFrozenMount(t: Scope, given?: string): Promise<FrozenMount> {
  // Not `temporaryFolder`: to remove a folder in which a frozen mount is would hang, so it must come last.
  const folder = mkdtempSync(join(tmpdir(), 'monitor-mount-'));
  const source = given ?? join(folder, 'source');
  const path = join(folder, 'mount');
  const control = join(folder, 'control');
  mkdirSync(source, { recursive: true });
  mkdirSync(path);
  mkdirSync(control);
  // Without `direct_io` the kernel answers from its cache, and reads nothing at all of files like those of /proc, whose size is 0.
  const server = spawn('bindfs', ['-f', '-o', 'direct_io', source, path], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  t.after(async () => {
    server.kill('SIGKILL');
    await ended;
    spawnSync('umount', ['-l', control, path]);
    rmSync(folder, { recursive: true, force: true });
  });
  const id = await until('the mount to be there', () => connectionOf(path));
  execFileSync('stat', ['-f', path]);
  execFileSync('mount', ['-t', 'fusectl', 'none', control]);
  const freeze = () => freezeBetweenRequests(server, join(control, id, 'waiting'));
  return { path, freeze, thaw: () => void server.kill('SIGCONT') };
}

/** By which number the kernel knows the connection to the server of the FUSE mount at `path`; null: there is no such mount. */
function connectionOf(path: string): string | null {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const mount = mounts.find((line) => line.includes(` ${path} `) && line.includes(' - fuse'));
  return mount === undefined ? null : (/^\d+ \d+ \d+:(\d+) /.exec(mount)?.[1] ?? null);
}

/** Stops `server` again and again, until it does not have a request. `waiting` is the file that tells how many are not answered. */
function freezeBetweenRequests(server: ChildProcess, waiting: string): void {
  for (;;) {
    server.kill('SIGSTOP');
    while (!isStopped(server.pid ?? 0)) sleep(1);
    if (Number(readFileSync(waiting, 'latin1')) === 0) return;
    server.kill('SIGCONT');
    sleep(1 + Math.random() * 10);
  }
}

/** Whether no thread of process `pid` does anything any more. */
function isStopped(pid: number): boolean {
  const folder = `/proc/${pid}/task`;
  const stats = readdirSync(folder).map((thread) => readFileSync(`${folder}/${thread}/stat`, 'latin1'));
  return stats.every((stat) => stat.includes(') T '));
}

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** System calls as the first word of /proc/<pid>/task/<tid>/syscall. */
const SYSCALLS =
  process.arch === 'arm64' ? { statfs: '43 ', openat: '56 ' } : { statfs: '137 ', openat: '257 ' };

/** Whether a thread of process `pid` is inside statfs(2), where the kernel lets nobody end it in the usual way. */
export function hangsInStatfs(pid: number): boolean {
  return threadsIn(pid, 'statfs').length > 0;
}

/** The threads of process `pid` that are blocked in a system call now. */
export function threadsIn(pid: number, syscall: keyof typeof SYSCALLS): string[] {
  return readdirSync(`/proc/${pid}/task`).filter((tid) => {
    try {
      return readFileSync(`/proc/${pid}/task/${tid}/syscall`, 'utf8').startsWith(SYSCALLS[syscall]);
    } catch {
      return false;
    }
  });
}
