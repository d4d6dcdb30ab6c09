import { parseError } from './quote.js';
import { CPU_FIELDS } from './stat.js';

const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

const IDLE = CPU_FIELDS.indexOf('idle');
const IOWAIT = CPU_FIELDS.indexOf('iowait');
const IRQ = CPU_FIELDS.indexOf('irq');
const SOFTIRQ = CPU_FIELDS.indexOf('softirq');

/** What is kept of each core's line. Units: its number; USER_HZ ticks since boot: busy but for interrupts, in interrupts, in all. */
export const CORE = { number: 0, work: 1, interrupts: 2, total: 3 } as const;
export const CORE_COLUMNS = Object.keys(CORE).length;

/** What `parseStatCores` returns when the lines go on behind what was read of them, and when there are more than `out` has room for. */
export const CUT_OFF = -1;
export const NO_ROOM = -2;

/**
 * Parses the lines of the single cores in `/proc/stat`, which follow the first. Those of cores that are offline are not there.
 *
 * Shape: `out` has CORE_COLUMNS numbers for each line, in the order of the lines. Returns how many there are, CUT_OFF or NO_ROOM. The file
 * was read whole if `length` is less than `bytes` hold. Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if one of them is not of numbers
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
    out[base + CORE.work] = out[base + CORE.interrupts] = out[base + CORE.total] = 0;
    let column = -1;
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
      if (column < 0) out[base + CORE.number] = value;
      else if (column < CPU_FIELDS.length) addColumn(out, base, column, value);
      column++;
      at++;
      if (next === NEWLINE) break;
    }
    cores++;
  }
}

function addColumn(out: Float64Array, base: number, column: number, value: number): void {
  out[base + CORE.total]! += value;
  if (column === IDLE || column === IOWAIT) return;
  if (column === IRQ || column === SOFTIRQ) out[base + CORE.interrupts]! += value;
  else out[base + CORE.work]! += value;
}
