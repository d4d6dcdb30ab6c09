import { parseError } from './quote.js';

/** The columns of a `cpu` line that make up the total; `guest` and `guest_nice`, behind them, are already inside `user` and `nice`. */
export const CPU_FIELDS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

/** Kernels before 2.5.41 had no more than these. */
const REQUIRED_COLUMNS = 4;

const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

/**
 * Parses the aggregate line of `/proc/stat`, which is its first; the rest may be cut off.
 *
 * Shape: `out` is Float64Array[8], in CPU_FIELDS order. Units: USER_HZ ticks since boot; a missing column is NaN.
 * Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if it is not a whole `cpu` line of counters up to 2^53; `out` is then
 * undefined in parts
 * @see https://docs.kernel.org/filesystems/proc.html (1.7)
 */
export function parseStat(bytes: Uint8Array, length: number, out: Float64Array): void {
  if (length < 5 || bytes[0] !== 99 || bytes[1] !== 112 || bytes[2] !== 117 || bytes[3] !== SPACE) {
    throw parseError('stat', 'the first line is not the "cpu" line', bytes, 0, length);
  }
  let at = 4;
  let column = 0;
  for (;;) {
    while (at < length && bytes[at] === SPACE) at++;
    if (at >= length) throw parseError('stat', 'the "cpu" line is cut off', bytes, 0, length);
    if (bytes[at] === NEWLINE) break;
    let value = 0;
    let digits = 0;
    for (; at < length; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
      digits++;
    }
    const next = bytes[at];
    if (at < length && (digits === 0 || (next !== SPACE && next !== NEWLINE))) {
      throw parseError('stat', 'a column of the "cpu" line is not a number', bytes, 0, length);
    }
    if (column < CPU_FIELDS.length) {
      // Kernels have printed counters that went below 0 as 2^64 - 1. One of these in a sum, and no step is seen in it again.
      if (value > Number.MAX_SAFE_INTEGER) {
        throw parseError('stat', 'a counter of the "cpu" line is out of range', bytes, 0, length);
      }
      out[column] = value;
    }
    column++;
  }
  if (column < REQUIRED_COLUMNS) {
    throw parseError('stat', `the "cpu" line has fewer than ${REQUIRED_COLUMNS} columns`, bytes, 0, length);
  }
  for (; column < CPU_FIELDS.length; column++) out[column] = Number.NaN;
}
