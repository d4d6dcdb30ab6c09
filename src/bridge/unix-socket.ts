import {
  type BigIntStats,
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { SETTINGS } from '../setting-table.js';
import { MonitorError, messageOf } from '../shared/errors.js';

/** Read and write for owner and group. */
const MODE = 0o660;
/**
 * Magic numbers of local file systems: ext, tmpfs, ramfs, xfs, btrfs, overlay, zfs, f2fs. A mount of another type may be dead when the
 * socket is to be removed, and accessing it would then hang forever.
 */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x01021994, 0x858458f6, 0x58465342, 0x9123683e, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);
/** Daemons that start at the same moment may each find a dead socket of another one. */
const ATTEMPTS = 5;

/** A socket file that was put in place. */
export interface SocketFile {
  /** Removes the file, unless it was replaced or this might hang: the next daemon replaces a leftover. Throws nothing. */
  remove(): void;
}

/**
 * Puts a listening socket at `path`. `listen` is called with a path in a private folder. Once the socket listens there and has its mode, it
 * is linked to `path`, which is atomic and never replaces anything: no client ever finds it with a wider mode, or not listening. Removes
 * the leftover of a daemon that died. Does not touch a socket on which a process listens, or anything that is not a socket. Thread: main.
 * @throws MonitorError SOCKET_UNUSABLE, naming the setting
 */
export async function placeSocket(
  path: string,
  listen: (path: string) => Promise<void>,
): Promise<SocketFile> {
  let folder: string | null = null;
  try {
    await findDead(path);
    folder = mkdtempSync(join(dirname(path), '.tmp-'));
    const made = join(folder, 's');
    await listen(made);
    chmodSync(made, MODE);
    await link(made, path, join(folder, 'old'));
    unlinkSync(made);
    const placed = look(path);
    const isLocal = LOCAL_TYPES.has(statfsSync(dirname(path)).type);
    return {
      remove: () => {
        if (isLocal && isSame(look(path), placed)) removeIfThere(path);
      },
    };
  } catch (error) {
    if (folder !== null) removeIfThere(join(folder, 's'));
    throw error instanceof MonitorError ? error : unusable(path, messageOf(error), error);
  } finally {
    // Only if it is empty: anything left in it belongs to another process.
    if (folder !== null) removeIfEmpty(folder);
  }
}

async function link(made: string, path: string, aside: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      linkSync(made, path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === ATTEMPTS) throw error;
    }
    const dead = await findDead(path);
    if (dead !== null) clear(path, dead, aside);
  }
}

/**
 * Removes a dead socket, all in one turn. If another daemon has put its own socket there since the check, that one stays. If it does so
 * between two of these calls, its socket is put back.
 */
function clear(path: string, dead: BigIntStats, aside: string): void {
  if (!isSame(look(path), dead)) return;
  renameSync(path, aside);
  if (!isSame(look(aside), dead)) linkSync(aside, path);
  unlinkSync(aside);
}

/**
 * Returns the socket at `path` if no process listens on it; null if nothing is there.
 * @throws MonitorError SOCKET_UNUSABLE if anything else is there
 */
async function findDead(path: string): Promise<BigIntStats | null> {
  const found = look(path);
  if (found === null) return null;
  if (!found.isSocket()) throw unusable(path, 'there is something that is not a socket');
  const code = await new Promise<string | null>((resolve) => {
    const socket = connect({ path });
    socket.on('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  if (code === null) throw unusable(path, 'another process listens on it');
  if (code === 'ECONNREFUSED' || code === 'ENOENT') return found;
  // EAGAIN, EACCES, EPROTOTYPE: a process may well be listening.
  throw unusable(path, `another process may listen on it (${code})`);
}

function look(path: string): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** Compares mtimes as well: inode numbers are reused at once, creation times are not. */
function isSame(one: BigIntStats | null, other: BigIntStats | null): boolean {
  return one?.dev === other?.dev && one?.ino === other?.ino && one?.mtimeNs === other?.mtimeNs;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It was never created, or is already gone.
  }
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // See the caller.
  }
}

function unusable(path: string, reason: string, cause?: unknown): MonitorError {
  return new MonitorError(
    'SOCKET_UNUSABLE',
    `${SETTINGS.bridgeSocket.env}: can't listen on ${path}: ${reason}`,
    { cause },
  );
}
