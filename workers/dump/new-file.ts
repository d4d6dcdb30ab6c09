import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Only the user that the daemon runs as may read it. */
const MODE = 0o600;
/** Made by us, or not at all: whatever is there already, and be it a link to nowhere, is neither followed nor overwritten. */
const NEW = 'wx';

/**
 * Writes a file that is not there yet, piece by piece, and waits until the disk has it. Until it is whole it has another name beside its
 * own, with a dot in front; when something goes wrong it is taken away. Thread: one of its own, since the folder may not answer. Returns
 * how many bytes it has.
 * @throws what the file system says; whatever `pieces` throws
 */
export function writeNewFile(path: string, pieces: Iterable<string>): number {
  const unfinished = join(dirname(path), `.${basename(path)}.unfinished`);
  const file = openSync(unfinished, NEW, MODE);
  try {
    const bytes = fill(file, pieces);
    // The name is taken before the file gets it: renaming by itself would overwrite. Links would need a file system that has them.
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
      // Until all of it is written: a disk that fills up takes a part.
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

/** What is told is why there is no file, and not that a part of it could not be taken away either. */
function removeIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {}
}
