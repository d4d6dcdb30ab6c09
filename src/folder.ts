import { statSync } from 'node:fs';

/** A mount that is well answers within milliseconds; the daemon's start waits no longer than this for one that is not. */
const LIMIT_MS = 2_000;
/** Nobody has to ask whether these are there, on any machine that runs this. */
const ALWAYS_THERE = new Set(['/', '/proc']);

/**
 * Whether there is a folder at `path`; `silent`: the file system there gives no answer. A process is asked, which can be ended: a thread
 * that waits for a dead mount can't be, and takes no signal. Where there is no shell, this thread asks. Thread: main, at start; blocks for
 * two seconds at most.
 */
export function lookForFolder(path: string): 'there' | 'missing' | 'silent' {
  if (ALWAYS_THERE.has(path)) return 'there';
  // Loaded here, since most have neither setting.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { error, status, signal } = spawnSync('/bin/sh', ['-c', 'test -d "$1"', 'sh', path], {
    env: {},
    stdio: 'ignore',
    timeout: LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  if (signal !== null) return 'silent';
  if (error !== undefined) return isFolder(path) ? 'there' : 'missing';
  return status === 0 ? 'there' : 'missing';
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
