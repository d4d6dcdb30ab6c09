import { MEM } from '../proc/meminfo.js';

/**
 * Memory available to a new workload, in bytes; NaN: unknown.
 *
 * `mem` is filled in by `parseMeminfo`, in bytes. `arcReclaimableBytes` is what ZFS would give back (max(0, size − c_min), 0 without ZFS),
 * which the kernel does not count as available. Without MemAvailable (kernels before 3.14) it is MemFree + Buffers + Cached + SReclaimable
 * − Shmem. All of these must be present: a truncated file would give a wrong number. Thread: proc lane. Allocates: nothing.
 */
export function memoryAvailableBytes(mem: Float64Array, arcReclaimableBytes: number): number {
  let available = mem[MEM.available]!;
  if (Number.isNaN(available)) {
    available =
      mem[MEM.free]! + mem[MEM.buffers]! + mem[MEM.cached]! + mem[MEM.sReclaimable]! - mem[MEM.shmem]!;
  }
  return Math.min(mem[MEM.total]!, available + arcReclaimableBytes);
}

/**
 * Share of memory in use, 0 to 100: 100 · (1 − available / total); arguments as above. NaN: unknown. Thread: proc lane. Allocates: nothing.
 */
export function memoryUsedPct(mem: Float64Array, arcReclaimableBytes: number): number {
  const total = mem[MEM.total]!;
  return total > 0 ? usedPct(total, memoryAvailableBytes(mem, arcReclaimableBytes)) : Number.NaN;
}

/** Share of swap in use, 0 to 100; 0 without swap; NaN: unknown. Thread: proc lane. Allocates: nothing. */
export function swapUsedPct(mem: Float64Array): number {
  const total = mem[MEM.swapTotal]!;
  if (total === 0) return 0;
  return usedPct(total, mem[MEM.swapFree]!);
}

function usedPct(total: number, free: number): number {
  const pct = 100 * (1 - free / total);
  return Math.max(0, Math.min(100, pct));
}
