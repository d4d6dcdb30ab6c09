import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** As the files of dumps are called until they are whole, to the letter. */
const UNFINISHED = /^\.harborforge-monitor-history-\d{8}T\d{6}\.\d{3}Z\.csv\.unfinished$/;
/** What was written to within this time may be a dump of another daemon that is still at it. */
const MIN_AGE_MS = 60_000;

/**
 * Takes away what dumps have left in `folder` that the end of their daemon cut off: regular files of the user `uid` which are called as
 * such a dump is, and which nobody has written to for a minute before `nowMs` (unix ms). Thread: one of its own, since the folder may not
 * answer. What can't be looked at or taken away stays. Throws nothing.
 */
export function removeLeftovers(folder: string, nowMs: number, uid: number): void {
  for (const name of namesIn(folder)) {
    if (!UNFINISHED.test(name)) continue;
    const path = join(folder, name);
    try {
      const stats = lstatSync(path);
      if (stats.isFile() && stats.uid === uid && nowMs - stats.mtimeMs > MIN_AGE_MS) rmSync(path);
    } catch {}
  }
}

/** What is wrong with the folder is told by whoever writes into it. */
function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
