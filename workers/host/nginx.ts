import { opendirSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { resolveBelow } from './below.js';

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
/** Of a folder no more entries are looked at than this: far more than a frame has room for, and little beside the lane's heap. */
export const MAX_ENTRIES = 10_000;

/** What was found of nginx, which is never run. */
export interface NginxState {
  /** Null: nothing of it was found, and not every place could be looked at. */
  readonly installed: boolean | null;
  /** Names of the enabled sites, sorted by code unit; null: they could not be read. */
  readonly sites: readonly string[] | null;
  /** Whether `sites` are not all, since the folder has more than MAX_ENTRIES. */
  readonly cutOff: boolean;
}

interface Listing {
  readonly names: readonly string[];
  readonly cutOff: boolean;
}

/**
 * Looks for nginx and its sites below `rootfs`: the names in `sites-enabled/`; where that folder is missing, `conf.d/*.conf`
 * without the ending. Links lead where they lead on the host. Names with a leading dot are left out: nginx's own `include …/*` does not match them.
 * `searchPath` is a PATH to look along, too. Thread: disk lane (it touches the disk). Throws nothing.
 */
export function readNginx(rootfs: string, searchPath: string): NginxState {
  const folders = searchPath.split(delimiter).filter((folder) => folder.startsWith('/'));
  const known = [...KNOWN_BINARIES, MAIN_CONFIG].map((path) => isFile(rootfs, path));
  // A folder on PATH that we may not enter is skipped, as a shell does.
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

/** Null: it could not be looked at. */
function isFile(rootfs: string, path: string): boolean | null {
  try {
    return statSync(resolveBelow(rootfs, path)).isFile();
  } catch (error) {
    return isMissing(error) ? false : null;
  }
}

/** Entry by entry: an array of all would take the heap of a small thread, for a folder that somebody fills without end. */
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
