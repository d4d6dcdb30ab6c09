import { readdirSync } from 'node:fs';

/** What the daemon's process holds. A process without a descriptor left to look with does not know: that is no reason to give no answer. */

/** Resident memory in bytes; null: not known. Thread: main. */
export function readRssBytes(): number | null {
  try {
    return process.memoryUsage.rss();
  } catch {
    return null;
  }
}

/** Open file descriptors, but for the one that this takes; null: not known. Thread: main. */
export function readOpenFds(): number | null {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return null;
  }
}
