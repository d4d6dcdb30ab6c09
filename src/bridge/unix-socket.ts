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

/** Owner and group. */
const MODE = 0o660;
/**
 * File systems that wait for nobody else, by their magic numbers: ext, tmpfs, ramfs, xfs, btrfs, overlay, zfs, f2fs. A mount of another
 * kind may be dead by the time at which the socket is to be removed, and whoever touches it then hangs for ever.
 */
const LOCAL_TYPES: ReadonlySet<number> = new Set([
  0xef53, 0x01021994, 0x858458f6, 0x58465342, 0x9123683e, 0x794c7630, 0x2fc12fc1, 0xf2f52010,
]);
/** Of daemons that start at the same moment each may find another's remains once. */
const ATTEMPTS = 5;

/** A socket file that was put in place. */
export interface SocketFile {
  /** Takes it away, unless something else is there by now, or it might hang: the next daemon replaces what is left. Throws nothing. */
  remove(): void;
}

/**
 * Puts a listening socket at `path`. `listen` is called with a path in a folder that is this process's alone; only when it listens there
 * and has its mode, it is linked to `path`, which is atomic and never replaces anything: so nobody ever finds it more open, or deaf. What a
 * daemon that died left there is taken away; a socket that somebody listens on, and what is no socket, is not touched. Thread: main.
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
    // Not when something is left in it: then that is somebody else's, and better kept.
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
 * Takes a dead socket away, all in one turn: since it was found dead, another daemon may have put its own there, which is left. One that
 * comes between two of these calls is put back.
 */
function clear(path: string, dead: BigIntStats, aside: string): void {
  if (!isSame(look(path), dead)) return;
  renameSync(path, aside);
  if (!isSame(look(aside), dead)) linkSync(aside, path);
  unlinkSync(aside);
}

/**
 * The socket at `path` that nobody listens on; null when nothing is there.
 * @throws MonitorError SOCKET_UNUSABLE if anything else is
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
  // EAGAIN, EACCES, EPROTOTYPE: somebody may well be there.
  throw unusable(path, `another process may listen on it (${code})`);
}

function look(path: string): BigIntStats | null {
  return lstatSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
}

/** Inodes are used again at once; the time at which a socket was made is not. */
function isSame(one: BigIntStats | null, other: BigIntStats | null): boolean {
  return one?.dev === other?.dev && one?.ino === other?.ino && one?.mtimeNs === other?.mtimeNs;
}

function removeIfThere(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It never came to be, or has gone.
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
