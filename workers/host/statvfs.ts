import { statfsSync } from 'node:fs';

/**
 * The used share of the file system at `path`, as `df` computes it: 100 · used / (used + bavail), used = blocks − bfree,
 * unrounded. The three counts are in one unit, whichever that is, so it does not matter that Node does not tell `f_frsize`.
 * NaN for a file system without blocks. Thread: disk lane only: on a dead mount this never returns.
 * @throws the error of statfs(2)
 */
export function readDiskUsedPct(path: string): number {
  const { blocks, bfree, bavail } = statfsSync(path);
  return diskUsedPct(blocks, bfree, bavail);
}

/** The arithmetic alone; the counts are in any one unit. */
export function diskUsedPct(blocks: number, bfree: number, bavail: number): number {
  const used = blocks - bfree;
  const reachable = used + bavail;
  return reachable > 0 ? (100 * used) / reachable : Number.NaN;
}
