import {
  chmodSync,
  linkSync,
  lstatSync,
  mkdtempSync,
  renameSync,
  rmdirSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { SETTINGS } from '../settings.js';
import { MonitorError, messageOf } from '../shared/errors.js';

/** Owner and group. */
const MODE = 0o660;
/** Of daemons that start at the same moment each may find another's remains once. */
const ATTEMPTS = 5;

/** A socket file that was put in place. */
export interface SocketFile {
  /** Takes it away, unless something else is there by now. Throws nothing. */
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
    await refuseWhatLives(path);
    folder = mkdtempSync(join(dirname(path), '.tmp-'));
    const made = join(folder, 's');
    await listen(made);
    chmodSync(made, MODE);
    await link(made, path, join(folder, 'old'));
    unlinkSync(made);
    const { dev, ino } = lstatSync(path);
    return {
      remove: () => {
        const now = look(path);
        if (now?.dev === dev && now.ino === ino) removeIfThere(path);
      },
    };
  } catch (error) {
    if (folder !== null) removeIfThere(join(folder, 's'));
    throw error instanceof MonitorError ? error : unusable(path, messageOf(error), error);
  } finally {
    // Not when something is left in it: then that is somebody's who has lost a race, and better kept.
    if (folder !== null) removeIfEmpty(folder);
  }
}

async function link(made: string, path: string, aside: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return linkSync(made, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || attempt === ATTEMPTS) throw error;
    }
    await refuseWhatLives(path);
    await clear(path, aside);
  }
}

/** Takes a dead socket away. It may have been replaced since it was looked at: what was moved aside is looked at again. */
async function clear(path: string, aside: string): Promise<void> {
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    await refuseWhatLives(aside, path);
  } catch (error) {
    linkSync(aside, path);
    unlinkSync(aside);
    throw error;
  }
  unlinkSync(aside);
}

/** @throws MonitorError SOCKET_UNUSABLE unless there is nothing at `at`, or a socket that nobody listens on */
async function refuseWhatLives(at: string, path = at): Promise<void> {
  const found = look(at);
  if (found === null) return;
  if (!found.isSocket()) throw unusable(path, 'there is something that is not a socket');
  const state = await new Promise<string>((resolve) => {
    const socket = connect({ path: at });
    socket.on('connect', () => {
      socket.destroy();
      resolve('in use');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
  // EAGAIN, EACCES, EPROTOTYPE: somebody may well be there.
  if (state === 'ECONNREFUSED' || state === 'ENOENT') return;
  throw unusable(
    path,
    state === 'in use' ? 'another process listens on it' : `another process may use it (${state})`,
  );
}

function look(path: string): Stats | null {
  return lstatSync(path, { throwIfNoEntry: false }) ?? null;
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
