import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Where the hosts put folders of their own, whatever TMPDIR says. */
const SYSTEM_TEMP = '/tmp';

/**
 * Notes what the hosts have left in the system's temp folder so far. The function that it returns takes away what was added since then,
 * is named as they name it and belongs to this user; what was there before stays.
 */
export function watchStrayFolders(): () => string[] {
  const before = new Set(strays());
  return () => {
    const added = strays().filter((name) => !before.has(name));
    for (const name of added) rmSync(join(SYSTEM_TEMP, name), { recursive: true, force: true });
    return added;
  };
}

function strays(): string[] {
  return readdirSync(SYSTEM_TEMP).filter((name) => {
    if (!name.startsWith('openclaw')) return false;
    const stats = lstatSync(join(SYSTEM_TEMP, name), { throwIfNoEntry: false });
    return stats?.isDirectory() === true && stats.uid === process.getuid?.();
  });
}
