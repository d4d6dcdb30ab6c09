import { lstatSync, opendirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** The exact name of a dump. An incomplete one has a leading dot and ends in `.unfinished`. */
const DUMP = /^harborforge-monitor-history-\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}\.csv$/;
const UNFINISHED = /^\.harborforge-monitor-history-\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}\.csv\.unfinished$/;
/** An unfinished file written to more recently than this may belong to another daemon that is still writing it. */
const MIN_AGE_MS = 60_000;

/**
 * Counts the dumps of the user `uid` in `folder`, and removes unfinished ones that a killed daemon left behind: those not written to in
 * the minute before `nowMs` (unix ms). The folder may be shared: links and files of other users are neither counted nor removed, and a
 * file with several names counts once. Entries that cannot be inspected or removed stay. Reads the folder entry by entry, since a shared
 * one may hold any number of files. Thread: dump, since the folder may hang.
 * @throws the file system's error if the folder cannot be read
 */
export function countOwnDumps(folder: string, nowMs: number, uid: number): number {
  const inodes = new Set<bigint>();
  const entries = opendirSync(folder);
  try {
    for (let entry = entries.readSync(); entry !== null; entry = entries.readSync()) {
      const isUnfinished = UNFINISHED.test(entry.name);
      if (!isUnfinished && !DUMP.test(entry.name)) continue;
      const path = join(folder, entry.name);
      try {
        const stats = lstatSync(path, { bigint: true });
        if (!stats.isFile() || Number(stats.uid) !== uid) continue;
        if (isUnfinished && nowMs - Number(stats.mtimeMs) > MIN_AGE_MS) rmSync(path);
        else inodes.add(stats.ino);
      } catch {}
    }
  } finally {
    entries.closeSync();
  }
  return inodes.size;
}
