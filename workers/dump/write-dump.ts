import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../src/shared/errors.js';
import type { DumpMessage, DumpTask } from '../../src/shared/messages.js';
import { RecorderReader } from '../../src/shared/recorder.js';
import { csvOf } from './csv.js';
import { writeNewFile } from './new-file.js';
import { countOwnDumps } from './own-dumps.js';

/** Maximum number of a user's dumps in a folder. Further ones are refused; none is deleted, since it may be the one that is needed. */
export const MAX_DUMPS = 20;

/** What is wrong with a folder, by error code. Each text completes a sentence that starts with the path. */
const FOLDER_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is no folder',
  EACCES: 'may not be written to by the user that the daemon runs as',
  EPERM: 'may not be written to by the user that the daemon runs as',
  EROFS: 'is on a file system that is read-only',
  ENOSPC: 'is on a file system that is full',
  EDQUOT: 'is on a file system where the quota is used up',
};

/** The file's name: the time of the request in UTC, and 64 random bits, so that nobody can create it first in a shared folder. */
export function dumpFileName(wallMs: number): string {
  const time = new Date(wallMs).toISOString().replaceAll(/[-:]/g, '');
  return `harborforge-monitor-history-${time}-${randomBytes(8).toString('hex')}.csv`;
}

/**
 * Writes all rows of the flight recorder into a new file, unless the folder has MAX_DUMPS of this user. Unfinished files that a killed
 * daemon left are removed first. Thread: dump, since the folder may hang. Throws nothing.
 */
export function writeDump({ shared, abandoned, folder, wallMs }: DumpTask): DumpMessage {
  const path = join(folder, dumpFileName(wallMs));
  try {
    const count = countOwnDumps(folder, wallMs, process.geteuid?.() ?? -1);
    if (count >= MAX_DUMPS) {
      const reason = `${folder} already has ${count} dumps (limit ${MAX_DUMPS}): move or delete some`;
      return { type: 'failed', reason };
    }
    const history = new RecorderReader(shared).since(Number.NEGATIVE_INFINITY);
    const bytes = writeNewFile(path, unlessAbandoned(csvOf(history), abandoned));
    return { type: 'written', path, rows: history.rows, bytes };
  } catch (error) {
    return { type: 'failed', reason: reasonOf(error, folder) };
  }
}

function* unlessAbandoned(pieces: Iterable<string>, abandoned: Int32Array): Generator<string> {
  for (const piece of pieces) {
    if (Atomics.load(abandoned, 0) !== 0) throw new Error('the daemon ended before all of it was written');
    yield piece;
  }
}

function reasonOf(error: unknown, folder: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  // Some file systems, such as /proc, report ENOENT if a file cannot be created.
  if (code === 'ENOENT' && isThere(folder)) return `${folder} can't be written to: ${messageOf(error)}`;
  const problem = FOLDER_PROBLEMS[code];
  return problem === undefined ? `${folder}: ${messageOf(error)}` : `${folder} ${problem}`;
}

function isThere(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}
