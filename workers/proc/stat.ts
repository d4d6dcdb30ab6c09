import { parseError } from './quote.js';

/** The columns of a `cpu` line that make up the total. `user` and `nice` already include the `guest` and `guest_nice` that follow. */
export const CPU_FIELDS = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;

const COLUMNS = CPU_FIELDS.length;
/** Kernels before 2.5.41 have only these. */
const REQUIRED_COLUMNS = 4;

const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

/**
 * Parses the aggregate line of `/proc/stat`, the first one; the rest may be cut off.
 *
 * Shape: `out` is Float64Array[8], in CPU_FIELDS order. Units: USER_HZ ticks since boot; a missing column is NaN.
 * Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if it is not a complete `cpu` line of counters up to 2^53; `out` is then partly
 * undefined
 * @see https://docs.kernel.org/filesystems/proc.html (1.7)
 */
export function parseStat(bytes: Uint8Array, length: number, out: Float64Array): void {
  if (!scanStat(bytes, length, out)) throw parseError('stat', problemOf(bytes, length), bytes, 0, length);
}

/** `parseStat` for every tick: returns false where `parseStat` throws. */
export function scanStat(bytes: Uint8Array, length: number, out: Float64Array): boolean {
  if (length < 5 || bytes[0] !== 99 || bytes[1] !== 112 || bytes[2] !== 117 || bytes[3] !== SPACE)
    return false;
  let at = 4;
  let column = 0;
  for (;;) {
    let byte = bytes[at]!;
    while (byte === SPACE && at < length) byte = bytes[++at]!;
    if (at >= length) return false;
    if (byte === NEWLINE) break;
    const start = at;
    let value = 0;
    for (let digit = byte - ZERO; digit >= 0 && digit <= 9 && at < length; digit = byte - ZERO) {
      value = value * 10 + digit;
      byte = bytes[++at]!;
    }
    if (at === start || at >= length || (byte !== SPACE && byte !== NEWLINE)) return false;
    if (column < COLUMNS) {
      // Kernels have printed counters that went below 0 as 2^64 - 1. In a sum, one such value would swallow every later step.
      if (value > Number.MAX_SAFE_INTEGER) return false;
      out[column] = value;
    }
    column++;
  }
  if (column < REQUIRED_COLUMNS) return false;
  for (; column < COLUMNS; column++) out[column] = Number.NaN;
  return true;
}

/** Describes what is wrong with a line that `scanStat` rejected. */
function problemOf(bytes: Uint8Array, length: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1');
  const [line = '', rest] = text.split('\n', 2);
  if (!line.startsWith('cpu ')) return 'the first line is not the "cpu" line';
  const columns = line
    .slice(4)
    .split(' ')
    .filter((column) => column !== '');
  if (columns.some((column) => !/^\d+$/.test(column))) return 'a column of the "cpu" line is not a number';
  if (rest === undefined) return 'the "cpu" line is cut off';
  if (columns.length < REQUIRED_COLUMNS) return `the "cpu" line has fewer than ${REQUIRED_COLUMNS} columns`;
  return 'a counter of the "cpu" line is out of range';
}
