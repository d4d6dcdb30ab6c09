import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { isMainThread, workerData } from 'node:worker_threads';

/**
 * Brings a fault into a thread of the real daemon from outside: loaded with `--import <this file>?folder=<folder>`, which Node does in
 * every thread, it does what a file in that folder says, named as the threads in `Struck`, with the name of a fault in it. A lane is struck
 * where it goes to sleep, the heartbeat thread between its events, threads that live for a moment as they start. The file is taken away as
 * it is obeyed; with `always` in front it stays. The daemon itself knows nothing of this.
 */
const folder = new URL(import.meta.url).searchParams.get('folder');
const { existsSync, readFileSync, rmSync, openSync, statfsSync } = fs;
const { wait } = Atomics;

type Struck = 'proc' | 'disk' | 'heartbeat' | 'inventory' | 'dump';
const paths: Readonly<Record<Struck, string>> = {
  proc: join(folder ?? '', 'proc'),
  disk: join(folder ?? '', 'disk'),
  heartbeat: join(folder ?? '', 'heartbeat'),
  inventory: join(folder ?? '', 'inventory'),
  dump: join(folder ?? '', 'dump'),
};

function obey(name: Struck): void {
  const path = paths[name];
  // An error for each look, with its stack, would let the heap grow by 30 MB an hour until it is tidied up: that is to be seen of the daemon.
  if (!existsSync(path)) return;
  let order: string;
  try {
    order = readFileSync(path, 'utf8');
  } catch {
    return;
  }
  if (order === '') return;
  if (!order.startsWith('always ')) rmSync(path);
  if (order.endsWith('throw')) throw new Error('struck');
  if (order.endsWith('exit')) process.exit(3);
  if (order.startsWith('read ')) readFileSync(order.slice('read '.length));
  if (order.endsWith('hang')) wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (order.endsWith('loop')) {
    // Of this thread alone: what else the machine is doing shall go on.
    setPriority(19);
    for (;;);
  }
  if (order.endsWith('exhaust')) {
    const hoard: number[][] = [];
    // Quickly, lest on a busy machine it counts as hung before that.
    for (;;) hoard.push(new Array<number>(30_000).fill(0.5));
  }
}

if (folder !== null && !isMainThread) {
  // The proc lane is the thread that opens `…/stat`, the disk lane the other one that asks for a file system.
  let lane: 'proc' | 'disk' | null = null;
  fs.openSync = (path, ...rest) => {
    if (String(path).endsWith('/stat')) lane = 'proc';
    return openSync(path, ...rest);
  };
  fs.statfsSync = ((...args: Parameters<typeof statfsSync>) => {
    lane ??= 'disk';
    return statfsSync(...args);
  }) as typeof statfsSync;
  syncBuiltinESMExports();
  Atomics.wait = ((...args: Parameters<typeof wait>) => {
    if (lane !== null) obey(lane);
    return wait(...args);
  }) as typeof wait;
  if ((workerData as { userAgent?: string } | null)?.userAgent !== undefined) {
    setInterval(() => obey('heartbeat'), 20).unref();
  }
  if (process.argv[1]?.endsWith('inventory.js')) obey('inventory');
  if (process.argv[1]?.endsWith('dump.js')) obey('dump');
}
