import { readdirSync } from 'node:fs';

/** The daemon's own resource usage. A value is unknown if no file descriptor is left to read it; the request is answered all the same. */

/** Resident memory in bytes; null: unknown. Thread: main. */
export function readRssBytes(): number | null {
  try {
    return process.memoryUsage.rss();
  } catch {
    return null;
  }
}

/** Open file descriptors, without the one that this call uses; null: unknown. Thread: main. */
export function readOpenFds(): number | null {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return null;
  }
}
