import { readdirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where packages and a build from source put the binary. */
const KNOWN_BINARIES = [
  '/usr/sbin/nginx',
  '/usr/bin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/bin/nginx',
  '/usr/local/nginx/sbin/nginx',
  '/opt/nginx/sbin/nginx',
];
const MAIN_CONFIG = '/etc/nginx/nginx.conf';
const SITES_ENABLED = '/etc/nginx/sites-enabled';
const CONF_D = '/etc/nginx/conf.d';

/** What was found of nginx, which is never run. */
export interface NginxState {
  /** Null: nothing of it was found, and not every place could be looked at. */
  readonly installed: boolean | null;
  /** Names of the enabled sites, sorted by code unit; null: they could not be read. */
  readonly sites: readonly string[] | null;
}

/**
 * Looks for nginx and its sites below `rootfs`: the names in `sites-enabled/`; where that folder is missing, `conf.d/*.conf`
 * without the ending. Names with a leading dot are left out: nginx's own `include …/*` does not match them.
 * `searchPath` is a PATH to look along, too. Thread: disk lane (it touches the disk). Throws nothing.
 */
export function readNginx(rootfs: string, searchPath: string): NginxState {
  const folders = searchPath.split(delimiter).filter((folder) => folder.startsWith('/'));
  const candidates = [...KNOWN_BINARIES, ...folders.map((folder) => join(folder, 'nginx')), MAIN_CONFIG];
  const found = candidates.map((path) => isFile(join(rootfs, path)));
  const installed = found.includes(true) || (found.includes(null) ? null : false);

  let listing = listNames(join(rootfs, SITES_ENABLED));
  if (listing === 'missing') {
    listing = listNames(join(rootfs, CONF_D));
    if (Array.isArray(listing)) {
      listing = listing
        .filter((name) => name.endsWith('.conf'))
        .map((name) => name.slice(0, -'.conf'.length));
    }
  }
  if (listing === 'unreadable') return { installed, sites: null };
  return { installed, sites: listing === 'missing' ? [] : listing.sort() };
}

/** Null: it could not be looked at. */
function isFile(path: string): boolean | null {
  try {
    return statSync(path).isFile();
  } catch (error) {
    return isMissing(error) ? false : null;
  }
}

function listNames(folder: string): string[] | 'missing' | 'unreadable' {
  try {
    return readdirSync(folder).filter((name) => !name.startsWith('.'));
  } catch (error) {
    return isMissing(error) ? 'missing' : 'unreadable';
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
