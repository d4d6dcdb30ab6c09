import { execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { keyFiles } from './secret-files.js';
import { type GivenSettings, gatherSettings, nameOf } from './setting-values.js';

/** How long a file may take to be opened; it is a local one as a rule. */
const LIMIT_MS = 2_000;
/** Opens it and reads a byte. What is no file is left to who reads it in earnest, and says so without waiting for a FIFO. */
const OPEN = '[ ! -f "$0" ] || head -c 1 -- "$0" >/dev/null 2>&1';
const SEARCH_PATH = '/usr/bin:/bin';

/**
 * Says whether a path gives no answer, as one on a dead mount does: whoever opens that waits for ever, and no thread of Node's can be let
 * go of. So a process tries, which is ended, or left behind. Without a shell everything counts as answering. Thread: main; does not block.
 */
export function isSilent(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const child = execFile('/bin/sh', ['-c', OPEN, path], { cwd: '/', env: { PATH: SEARCH_PATH } }, () => {
      clearTimeout(timer);
      resolve(false);
    });
    const timer = setTimeout(() => {
      resolve(true);
      child.kill('SIGKILL');
      child.unref();
    }, LIMIT_MS);
  });
}

/** The files of the settings that give no answer, in a line each: what is wrong, by the name of flag or variable. Throws nothing. */
export async function findSilentFiles(given: GivenSettings): Promise<string[]> {
  const { values, origins } = gatherSettings(given);
  const { apiKeyFile, bridgeTokenFile, bridgeSocket } = values;
  const files: { name: string; path: string | undefined }[] = [
    ...keyFiles(given.env, apiKeyFile).map((path) => ({
      name: path === apiKeyFile ? nameOf('apiKeyFile', origins.apiKeyFile) : 'CREDENTIALS_DIRECTORY',
      path,
    })),
    { name: nameOf('bridgeTokenFile', origins.bridgeTokenFile), path: bridgeTokenFile },
    { name: nameOf('bridgeSocket', origins.bridgeSocket), path: bridgeSocket && dirname(bridgeSocket) },
  ];
  const lines = await Promise.all(
    files.map(async ({ name, path }) =>
      // What is no path may be the secret itself, which belongs on nobody's command line.
      path?.startsWith('/') && (await isSilent(path))
        ? `${name}: expected a file that can be read: it gives no answer`
        : null,
    ),
  );
  return lines.filter((line) => line !== null);
}
