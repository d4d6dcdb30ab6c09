import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';

/**
 * Brings a fault into a thread of the real daemon from outside: loaded with `--import <this file>?folder=<folder>`, which Node does in
 * every thread, it stands in the way of the calls that a lane makes, and does what a file in that folder says: `proc`, `disk` or
 * `heartbeat`, with the words `exit`, `hang` or `exhaust` in it. The file is taken away as it is obeyed; with `always` in front it stays.
 * The daemon itself knows nothing of this.
 */
const folder = new URL(import.meta.url).searchParams.get('folder');
const { readFileSync, rmSync, openSync, readSync, statfsSync } = fs;

function obey(name: string): void {
  const path = join(folder ?? '', name);
  let order: string;
  try {
    order = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  if (order === '') return;
  if (!order.startsWith('always ')) rmSync(path);
  if (order.endsWith('exit')) process.exit(3);
  if (order.endsWith('hang')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (order.endsWith('exhaust')) {
    const hoard: number[][] = [];
    for (;;) hoard.push(Array.from({ length: 100_000 }, (_, i) => i + 0.5));
  }
}

if (folder !== null && !isMainThread) {
  // The proc lane is the thread that opens `…/stat`, the disk lane the one that asks for a file system.
  let isProcLane = false;
  fs.openSync = (path, ...rest) => {
    if (String(path).endsWith('/stat')) isProcLane = true;
    return openSync(path, ...rest);
  };
  fs.readSync = ((...args: Parameters<typeof readSync>) => {
    if (isProcLane) obey('proc');
    return readSync(...args);
  }) as typeof readSync;
  fs.statfsSync = ((...args: Parameters<typeof statfsSync>) => {
    obey('disk');
    return statfsSync(...args);
  }) as typeof statfsSync;
  syncBuiltinESMExports();
  if ((workerData as { apiKey?: string } | null)?.apiKey !== undefined) {
    setInterval(() => obey('heartbeat'), 20).unref();
  }
}
