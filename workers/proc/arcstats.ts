import { parseError } from './quote.js';

/** Index of each value in the output of `parseArcstats`. */
export const ARC = { size: 0, min: 1 } as const;

const NAMES: readonly string[] = ['size', 'c_min'];

/**
 * Parses ZFS's `spl/kstat/zfs/arcstats`: lines of name, type and data.
 *
 * Shape: `out` is Float64Array[2]: the ARC's size and its minimum size. Units: bytes.
 * Thread: proc lane, at most ten times a second. Allocates: a short-lived string.
 * @throws MonitorError PROC_PARSE if one of the two is missing or not a number
 * @see https://openzfs.github.io/openzfs-docs/man/master/4/zfs.4.html
 */
export function parseArcstats(bytes: Uint8Array, length: number, out: Float64Array): void {
  out.fill(Number.NaN);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
  // The last piece has no newline after it and may be cut off in the middle of a number.
  for (const line of text.split('\n').slice(0, -1)) {
    const columns = line.split(/ +/);
    const index = NAMES.indexOf(columns[0] ?? '');
    if (index < 0) continue;
    const data = columns[2] ?? '';
    const value = /^\d+$/.test(data) ? Number(data) : Number.NaN;
    out[index] = value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN;
  }
  if (Number.isNaN(out[ARC.size]!) || Number.isNaN(out[ARC.min]!)) {
    throw parseError('arcstats', 'no size or no c_min', bytes, 0, length);
  }
}
