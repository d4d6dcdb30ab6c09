import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
 * Mounts a folder, an empty one if it is given none, over another with bindfs. After the test bindfs is killed, by its pid, upon which the kernel lets go whoever waits for it,
 * and the mount is taken away.
 */
export async function createFrozenMount(t: Scope, given?: string): Promise<FrozenMount> {
  // Not `temporaryFolder`: to remove a folder in which a frozen mount is would hang, so it must come last.
  const folder = mkdtempSync(join(tmpdir(), 'monitor-mount-'));
  const source = given ?? join(folder, 'source');
  const path = join(folder, 'mount');
  mkdirSync(source, { recursive: true });
  mkdirSync(path);
  // Without `direct_io` the kernel answers from its cache, and reads nothing at all of files like those of /proc, whose size is 0.
  const server = spawn('bindfs', ['-f', '-o', 'direct_io', source, path], { stdio: 'ignore' });
  const ended = once(server, 'exit');
  t.after(async () => {
    server.kill('SIGKILL');
    await ended;
    spawnSync('umount', ['-l', path]);
    rmSync(folder, { recursive: true, force: true });
  });
  await until('the mount to be there', () =>
    readFileSync('/proc/self/mounts', 'utf8').includes(` ${path} fuse`),
  );
  execFileSync('stat', ['-f', path]);
  return { path, freeze: () => void server.kill('SIGSTOP'), thaw: () => void server.kill('SIGCONT') };
}
