import { type StatsFs, statfsSync } from 'node:fs';

/** Usage of a file system. */
export interface DiskUse {
  /** The used share as `df` computes it, 0 to 100; NaN for a file system without blocks. */
  readonly usedPct: number;
  /** NaN if the block size is not known for certain. */
  readonly sizeBytes: number;
  readonly usedBytes: number;
  /** What unprivileged users can still use. */
  readonly availableBytes: number;
}

const FUSE_MAGIC = 0x65735546;

/**
 * Reads the usage of the file system at `path`, as `df` computes it. The three block counts are in units of `f_frsize`, which Node does not
 * expose; it exposes `f_bsize`. The two differ only on FUSE, where the server sets both. There the bytes are unknown, but the share is
 * known. Thread: disk lane only: on a dead mount this never returns.
 * @throws the error of statfs(2)
 */
export function readDiskUse(path: string): DiskUse {
  return diskUseOf(statfsSync(path));
}

/** The arithmetic of `readDiskUse`. */
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

/** Reads only the used share: 100 · used / (used + bavail), used = blocks − bfree, unrounded; see `readDiskUse`. */
export function readDiskUsedPct(path: string): number {
  return readDiskUse(path).usedPct;
}

/** The arithmetic of `readDiskUsedPct`; the counts may be in any one unit. */
export function diskUsedPct(blocks: number, bfree: number, bavail: number): number {
  const used = blocks - bfree;
  const reachable = used + bavail;
  return reachable > 0 ? (100 * used) / reachable : Number.NaN;
}
