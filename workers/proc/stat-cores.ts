import { parseError } from './quote.js';
import { CPU_FIELDS } from './stat.js';

const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

/** Numbers per core: its number, then its counters in CPU_FIELDS order, USER_HZ ticks since boot. */
export const CORE_COLUMNS = 1 + CPU_FIELDS.length;

/** Results of `parseStatCores` if the lines continue beyond what was read, and if `out` has no room for all of them. */
export const CUT_OFF = -1;
export const NO_ROOM = -2;

/**
 * Parses the per-core lines of `/proc/stat`, which follow the first line. Offline cores have none.
 *
 * Shape: `out` has CORE_COLUMNS numbers for each line, in the order of the lines; 0 for a column that the kernel lacks. Returns the number
 * of cores, CUT_OFF or NO_ROOM. The file was read completely if `length` is less than the size of `bytes`. Thread: proc lane. Allocates:
 * nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if a column is not a number
 * @see https://docs.kernel.org/filesystems/proc.html (1.7)
 */
export function parseStatCores(bytes: Uint8Array, length: number, out: Float64Array): number {
  let at = bytes.indexOf(NEWLINE) + 1;
  let cores = 0;
  for (;;) {
    if (at === length && length < bytes.length) return cores;
    if (at === 0 || at + 3 > length) return CUT_OFF;
    const isCore = bytes[at] === 99 && bytes[at + 1] === 112 && bytes[at + 2] === 117;
    if (!isCore) return cores;
    if ((cores + 1) * CORE_COLUMNS > out.length) return NO_ROOM;
    const start = at;
    at += 3;
    const base = cores * CORE_COLUMNS;
    out.fill(0, base, base + CORE_COLUMNS);
    let column = 0;
    for (;;) {
      let value = 0;
      let digits = 0;
      for (; at < length; at++) {
        const digit = bytes[at]! - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
        digits++;
      }
      if (at >= length) return CUT_OFF;
      const next = bytes[at]!;
      if (digits === 0 || (next !== SPACE && next !== NEWLINE) || value > Number.MAX_SAFE_INTEGER) {
        throw parseError('stat', 'a column of a core is not a number', bytes, start, length);
      }
      if (column < CORE_COLUMNS) out[base + column] = value;
      column++;
      at++;
      if (next === NEWLINE) break;
    }
    cores++;
  }
}
