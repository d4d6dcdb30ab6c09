import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

/** Where what is fetched once is kept, outside of any repository: the environment's variable `variable` names it, or it is in ~/.cache. */
export function cacheFolder(variable: string, name: string): string {
  return process.env[variable] || join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), name);
}

/** Has `fill` fill a new folder, which is `place` from then on, unless that is there already. Resolves with whether it was filled. */
export async function keepFolder(place: string, fill: (folder: string) => Promise<void>): Promise<boolean> {
  if (existsSync(place)) return false;
  mkdirSync(dirname(place), { recursive: true });
  // Only what is whole gets the name that is looked for.
  const partial = mkdtempSync(join(dirname(place), 'partial-'));
  try {
    await fill(partial);
    renameSync(partial, place);
  } catch (error) {
    // Another run may have been first.
    if (!existsSync(place)) throw error;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return true;
}
