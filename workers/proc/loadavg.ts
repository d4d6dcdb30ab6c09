import { parseError } from './quote.js';

const SPACE = 32;
const POINT = 46;
const ZERO = 48;

/**
 * Parses `/proc/loadavg`.
 *
 * Shape: `out` is Float64Array[3]: the averages over 1, 5 and 15 minutes. Units: tasks, two decimals.
 * Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if it does not start with three numbers of two decimals
 * @see https://docs.kernel.org/filesystems/proc.html (loadavg)
 */
export function parseLoadavg(bytes: Uint8Array, length: number, out: Float64Array): void {
  let at = 0;
  for (let i = 0; i < 3; i++) {
    let hundredths = 0;
    let digits = 0;
    let decimals = -1;
    for (; at < length; at++) {
      const byte = bytes[at]!;
      if (byte === POINT && decimals < 0) {
        decimals = 0;
        continue;
      }
      const digit = byte - ZERO;
      if (digit < 0 || digit > 9) break;
      hundredths = hundredths * 10 + digit;
      if (decimals < 0) digits++;
      else decimals++;
    }
    const isAverage = digits > 0 && decimals === 2 && hundredths <= Number.MAX_SAFE_INTEGER;
    if (!isAverage || at >= length || bytes[at] !== SPACE) {
      throw parseError('loadavg', 'not three load averages', bytes, 0, length);
    }
    out[i] = hundredths / 100;
    at++;
  }
}
