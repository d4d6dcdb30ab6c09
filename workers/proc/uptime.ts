import { parseError } from './quote.js';

const SPACE = 32;
const POINT = 46;
const ZERO = 48;

/**
 * Parses `/proc/uptime` and returns the whole seconds since boot, including time asleep.
 *
 * Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if it does not start with a number of seconds
 * @see https://docs.kernel.org/filesystems/proc.html (uptime)
 */
export function parseUptime(bytes: Uint8Array, length: number): number {
  let seconds = 0;
  let at = 0;
  for (; at < length; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    seconds = seconds * 10 + digit;
  }
  let end = at;
  if (at > 0 && bytes[end] === POINT) {
    do end++;
    while (end < length && bytes[end]! >= ZERO && bytes[end]! <= ZERO + 9);
  }
  const isSeconds = at > 0 && end >= at + 2 && seconds <= Number.MAX_SAFE_INTEGER;
  if (!isSeconds || end >= length || bytes[end] !== SPACE) {
    throw parseError('uptime', 'not a number of seconds', bytes, 0, length);
  }
  return seconds;
}
