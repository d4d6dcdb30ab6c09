import { parseError } from './quote.js';

/** What is taken from `/proc/meminfo`, in the order in which today's kernels print it. */
export const MEM_FIELDS = [
  'MemTotal',
  'MemFree',
  'MemAvailable',
  'Buffers',
  'Cached',
  'SwapTotal',
  'SwapFree',
  'Shmem',
  'SReclaimable',
] as const;

/** Index of each field in what `parseMeminfo` fills in. */
export const MEM = {
  total: 0,
  free: 1,
  available: 2,
  buffers: 3,
  cached: 4,
  swapTotal: 5,
  swapFree: 6,
  shmem: 7,
  sReclaimable: 8,
} as const;

const KEYS: readonly Uint8Array[] = MEM_FIELDS.map((name) => new TextEncoder().encode(`${name}:`));
const ALL_FOUND = (1 << MEM_FIELDS.length) - 1;

const MAX_KILOBYTES = Number.MAX_SAFE_INTEGER / 1024;

const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

/**
 * Parses `/proc/meminfo`, as far as the last field that is wanted.
 *
 * Shape: `out` is Float64Array[9], in MEM_FIELDS order. Units: bytes (the file's "kB" are 1,024 bytes); an absent field
 * is NaN. Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if a wanted value is not a whole number of kB, or there is no MemTotal
 * @see https://docs.kernel.org/filesystems/proc.html (meminfo)
 */
export function parseMeminfo(bytes: Uint8Array, length: number, out: Float64Array): void {
  out.fill(Number.NaN);
  let found = 0;
  let expected = 0;
  let at = 0;
  while (at < length && found !== ALL_FOUND) {
    const lineStart = at;
    const field = matchKey(bytes, at, length, expected);
    if (field >= 0) {
      at += KEYS[field]!.length;
      while (at < length && bytes[at] === SPACE) at++;
      let value = 0;
      let digits = 0;
      for (; at < length; at++) {
        const digit = bytes[at]! - ZERO;
        if (digit < 0 || digit > 9) break;
        value = value * 10 + digit;
        digits++;
      }
      const isKilobytes =
        at + 3 < length &&
        bytes[at] === SPACE &&
        bytes[at + 1] === 107 &&
        bytes[at + 2] === 66 &&
        bytes[at + 3] === NEWLINE;
      if (digits === 0 || value > MAX_KILOBYTES || !isKilobytes) {
        throw parseError('meminfo', 'not a number of kB', bytes, lineStart, length);
      }
      out[field] = value * 1024;
      found |= 1 << field;
      expected = field + 1;
    }
    while (at < length && bytes[at] !== NEWLINE) at++;
    at++;
  }
  if (Number.isNaN(out[MEM.total]!)) throw parseError('meminfo', 'no MemTotal', bytes, 0, length);
}

/** The field whose key stands at `at`, or -1. Looks at the expected one first: kernels print them in one order. */
function matchKey(bytes: Uint8Array, at: number, length: number, expected: number): number {
  for (let step = 0; step < KEYS.length; step++) {
    const field = (expected + step) % KEYS.length;
    const key = KEYS[field]!;
    if (bytes[at] !== key[0] || at + key.length > length) continue;
    let same = 1;
    while (same < key.length && bytes[at + same] === key[same]) same++;
    if (same === key.length) return field;
  }
  return -1;
}
