import { type StatsFs, statfsSync } from 'node:fs';

/** A file system's block counts, and the size of a block. */
export interface DiskUse {
  /** The used share as `df` computes it, 0 to 100; NaN for a file system without blocks. */
  readonly usedPct: number;
  /** NaN where the size of a block is not known for sure. */
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** What users may still take. */
  readonly availableBytes: number;
}

const FUSE_MAGIC = 0x65735546;

/**
 * What is used of the file system at `path`, as `df` computes it. The three counts are in one unit, `f_frsize`, which Node does not tell;
 * it tells `f_bsize`, and the two differ on FUSE alone, where another program sets both, so that bytes are unknown there and the share is
 * not. Thread: disk lane only: on a dead mount this never returns.
 * @throws the error of statfs(2)
 */
export function readDiskUse(path: string): DiskUse {
  return diskUseOf(statfsSync(path));
}

/** The arithmetic alone. */
export function diskUseOf({
  type,
  bsize,
  blocks,
  bfree,
  bavail,
}: Pick<StatsFs, 'type' | 'bsize' | 'blocks' | 'bfree' | 'bavail'>): DiskUse {
  const blockBytes = type === FUSE_MAGIC || blocks === 0 ? Number.NaN : bsize;
  return {
    usedPct: diskUsedPct(blocks, bfree, bavail),
    sizeBytes: blocks * blockBytes,
    usedBytes: (blocks - bfree) * blockBytes,
    availableBytes: bavail * blockBytes,
  };
}

/** The used share alone, 100 · used / (used + bavail), used = blocks − bfree, unrounded; see `readDiskUse`. */
export function readDiskUsedPct(path: string): number {
  return readDiskUse(path).usedPct;
}

/** The arithmetic alone; the counts are in any one unit. */
export function diskUsedPct(blocks: number, bfree: number, bavail: number): number {
  const used = blocks - bfree;
  const reachable = used + bavail;
  return reachable > 0 ? (100 * used) / reachable : Number.NaN;
}
