import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Readable only by the daemon's user (and root). */
const MODE = 0o600;
/** Creates the file or fails: an existing file or link, even a dangling one, is neither followed nor overwritten. */
const NEW = 'wx';

/**
 * Writes a new file chunk by chunk and syncs it to disk. Until it is complete, it has a temporary name in the same folder, with a leading
 * dot; after a failure it is deleted. Thread: one of its own, since the folder may hang. Returns the file's size in bytes.
 * @throws the file system's error, or whatever `pieces` throws
 */
export function writeNewFile(path: string, pieces: Iterable<string>): number {
  const unfinished = join(dirname(path), `.${basename(path)}.unfinished`);
  const file = openSync(unfinished, NEW, MODE);
  try {
    const bytes = fill(file, pieces);
    // Create the final name exclusively first: a rename alone would overwrite. link(2) would not, but some file systems lack it.
    closeSync(openSync(path, NEW, MODE));
    orRemove(path, () => renameSync(unfinished, path));
    return bytes;
  } catch (error) {
    removeIfPossible(unfinished);
    throw error;
  }
}

function fill(file: number, pieces: Iterable<string>): number {
  try {
    let bytes = 0;
    for (const piece of pieces) {
      // Repeats partial writes, such as those to a disk that fills up.
      writeFileSync(file, piece);
      bytes += Buffer.byteLength(piece);
    }
    fsyncSync(file);
    return bytes;
  } finally {
    closeSync(file);
  }
}

function orRemove(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    removeIfPossible(path);
    throw error;
  }
}

/** Ignores errors: the caller reports why there is no file, not that the rest of it could not be removed. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
