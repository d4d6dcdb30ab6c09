import { opendirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { resolveBelow } from './below.js';

/** Where packages and builds from source install the binary. */
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
/** Maximum number of entries read from a folder: far more than fit into a frame, and small compared with the lane's heap. */
export const MAX_ENTRIES = 10_000;

/** What was found of nginx. The binary is never run. */
export interface NginxState {
  /** Null: nothing was found, but not every place could be checked. */
  readonly installed: boolean | null;
  /** Names of the enabled sites, sorted by code unit; null: they could not be read. */
  readonly sites: readonly string[] | null;
  /** Whether `sites` is incomplete, because the folder has more than MAX_ENTRIES. */
  readonly cutOff: boolean;
}

interface Listing {
  readonly names: readonly string[];
  readonly cutOff: boolean;
}

/**
 * Looks for nginx and its sites below `rootfs`. The sites are the names in `sites-enabled/`, or if that folder is missing, those of
 * `conf.d/*.conf` without the extension. Links are resolved as on the host. Names with a leading dot are skipped, as nginx's own
 * `include …/*` skips them. `searchPath` is a PATH to search for the binary, too. Thread: disk lane (it accesses the disk). Throws nothing.
 */
export function readNginx(rootfs: string, searchPath: string): NginxState {
  const folders = searchPath.split(delimiter).filter((folder) => folder.startsWith('/'));
  const known = [...KNOWN_BINARIES, MAIN_CONFIG].map((path) => isFile(rootfs, path));
  // Skip a folder on PATH that we may not enter, like a shell.
  const isOnPath = folders.some((folder) => isFile(rootfs, join(folder, 'nginx')) === true);
  const installed = isOnPath || known.includes(true) || (known.includes(null) ? null : false);

  let listing = listNames(rootfs, SITES_ENABLED);
  if (listing === 'missing') {
    listing = listNames(rootfs, CONF_D);
    if (typeof listing === 'object') {
      const names = listing.names.filter((name) => name.endsWith('.conf'));
      listing = { ...listing, names: names.map((name) => name.slice(0, -'.conf'.length)) };
    }
  }
  if (listing === 'unreadable') return { installed, sites: null, cutOff: false };
  if (listing === 'missing') return { installed, sites: [], cutOff: false };
  return { installed, sites: [...listing.names].sort(), cutOff: listing.cutOff };
}

/** Returns null if the path could not be checked. */
function isFile(rootfs: string, path: string): boolean | null {
  try {
    return statSync(resolveBelow(rootfs, path)).isFile();
  } catch (error) {
    return isMissing(error) ? false : null;
  }
}

/** Reads entry by entry: an array of all entries could exhaust the small thread's heap if somebody fills the folder. */
function listNames(rootfs: string, path: string): Listing | 'missing' | 'unreadable' {
  try {
    const folder = opendirSync(resolveBelow(rootfs, path));
    try {
      const names: string[] = [];
      for (let i = 0; i < MAX_ENTRIES; i++) {
        const entry = folder.readSync();
        if (entry === null) return { names, cutOff: false };
        if (!entry.name.startsWith('.')) names.push(entry.name);
      }
      return { names, cutOff: folder.readSync() !== null };
    } finally {
      folder.closeSync();
    }
  } catch (error) {
    return isMissing(error) ? 'missing' : 'unreadable';
  }
}

function isMissing(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
