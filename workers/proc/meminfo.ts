import { parseError } from './quote.js';

/** The fields read from `/proc/meminfo`, in the order in which current kernels print them. */
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

/** Index of each field in the output of `parseMeminfo`. */
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

const MAX_KILOBYTES = Number.MAX_SAFE_INTEGER / 1024;

const SPACE = 32;
const NEWLINE = 10;
const ZERO = 48;

/** Creates the offsets of the fields' lines, which `parseMeminfo` updates and the next parse reuses; -1: the field was absent. */
export function createMemOffsets(): Int32Array {
  return new Int32Array(MEM_FIELDS.length).fill(-1);
}

/**
 * Parses the MEM_FIELDS of `/proc/meminfo`.
 *
 * Shape: `out` is Float64Array[9], in MEM_FIELDS order. Units: bytes (the file's "kB" are 1,024 bytes); an absent field is NaN. `offsets`
 * speeds up the next parse: lines keep their width, so each field is looked for at its last offset first. If one is not there, or without
 * `offsets`, the whole file is searched. Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the line, if a wanted value is not a whole number of kB, or there is no MemTotal
 * @see https://docs.kernel.org/filesystems/proc.html (meminfo)
 */
export function parseMeminfo(
  bytes: Uint8Array,
  length: number,
  out: Float64Array,
  offsets: Int32Array = createMemOffsets(),
): void {
  if (!standWhereTheyStood(bytes, length, offsets)) findFields(bytes, length, offsets);
  for (let field = 0; field < KEYS.length; field++) {
    const offset = offsets[field]!;
    out[field] = offset < 0 ? Number.NaN : parseBytes(bytes, length, offset, KEYS[field]!.length);
  }
  if (Number.isNaN(out[MEM.total]!)) throw parseError('meminfo', 'no MemTotal', bytes, 0, length);
}

/** Parses the value of the line that starts at `lineStart`. */
function parseBytes(bytes: Uint8Array, length: number, lineStart: number, keyLength: number): number {
  let at = lineStart + keyLength;
  while (at < length && bytes[at] === SPACE) at++;
  let kilobytes = 0;
  let digits = 0;
  for (; at < length; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) break;
    kilobytes = kilobytes * 10 + digit;
    digits++;
  }
  const isKilobytes =
    at + 3 < length &&
    bytes[at] === SPACE &&
    bytes[at + 1] === 107 &&
    bytes[at + 2] === 66 &&
    bytes[at + 3] === NEWLINE;
  if (digits === 0 || kilobytes > MAX_KILOBYTES || !isKilobytes) {
    throw parseError('meminfo', 'not a number of kB', bytes, lineStart, length);
  }
  return kilobytes * 1024;
}

/** Whether every field is at its offset, at the start of a line. A file that lacks one is searched each time, since it may appear. */
function standWhereTheyStood(bytes: Uint8Array, length: number, offsets: Int32Array): boolean {
  for (let field = 0; field < KEYS.length; field++) {
    const offset = offsets[field]!;
    if (offset < 0 || (offset > 0 && bytes[offset - 1] !== NEWLINE)) return false;
    if (!hasKey(bytes, offset, length, KEYS[field]!)) return false;
  }
  return true;
}

/** Finds the start of each field's line; the last line of a name counts, -1 if there is none. */
function findFields(bytes: Uint8Array, length: number, offsets: Int32Array): void {
  offsets.fill(-1);
  for (let at = 0; at < length; ) {
    for (let field = 0; field < KEYS.length; field++) {
      if (hasKey(bytes, at, length, KEYS[field]!)) offsets[field] = at;
    }
    while (at < length && bytes[at] !== NEWLINE) at++;
    at++;
  }
}

function hasKey(bytes: Uint8Array, at: number, length: number, key: Uint8Array): boolean {
  if (at + key.length > length) return false;
  for (let i = 0; i < key.length; i++) {
    if (bytes[at + i] !== key[i]) return false;
  }
  return true;
}
