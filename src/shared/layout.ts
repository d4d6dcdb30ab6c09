import { MonitorError } from './errors.js';
import { DISK_NUMBERS, TELEMETRY_NUMBERS } from './fields.js';

/**
 * Where everything lies in the one SharedArrayBuffer:
 *
 *   0      header: magic, version
 *   64     control words (control.ts)
 *   …      telemetry frames: written by the proc lane
 *   …      disk frames: written by the disk lane
 *
 * Each frame store: a cache line with the `published` word, a cache line for each reader's `pin`, then the slots.
 * Each slot: a header of one cache line (Float64: sequence number, length of the bytes), the numbers, the bytes.
 */

export const CACHE_LINE = 64;
/** "HFM1" */
export const MAGIC = 0x48464d31;
export const VERSION = 1;

/** Longest identifier, in characters. */
export const IDENTIFIER_MAX_CHARS = 200;
/** Room for `nginx_sites` as JSON; more sites than fit are cut off and said to be so. */
export const SITES_MAX_BYTES = 16_384;

/** Where one frame store lies and what a slot of it holds. All offsets are multiples of a cache line. */
export interface StoreLayout {
  readonly byteOffset: number;
  readonly byteLength: number;
  readonly readers: number;
  /** readers + 2: one published, one pinned by each reader, and always one that is neither. */
  readonly slots: number;
  readonly numbers: number;
  readonly bytesCapacity: number;
  readonly slotStride: number;
}

function align(bytes: number): number {
  return Math.ceil(bytes / CACHE_LINE) * CACHE_LINE;
}

/** Computes the layout of a store that starts at `byteOffset`. */
export function storeLayout(
  byteOffset: number,
  shape: { readers: number; numbers: number; bytesCapacity: number },
): StoreLayout {
  const slots = shape.readers + 2;
  const slotStride = CACHE_LINE + align(shape.numbers * 8) + align(shape.bytesCapacity);
  return {
    ...shape,
    byteOffset,
    slots,
    slotStride,
    byteLength: CACHE_LINE * (1 + shape.readers) + slots * slotStride,
  };
}

export const CONTROL_OFFSET = CACHE_LINE;
/** One cache line for each control word. */
export const CONTROL_WORDS = 4;
const CONTROL_BYTES = CONTROL_WORDS * CACHE_LINE;

/** Who holds which pin. */
export const TELEMETRY_READER = { main: 0, heartbeat: 1 } as const;
export const DISK_READER = { procLane: 0, main: 1 } as const;

/** A character of the identifier may take six bytes in JSON (`\u00e4`); the rest of a snapshot is under 1 KiB. */
export const TELEMETRY_STORE = storeLayout(CONTROL_OFFSET + CONTROL_BYTES, {
  readers: Object.keys(TELEMETRY_READER).length,
  numbers: TELEMETRY_NUMBERS.length,
  bytesCapacity: SITES_MAX_BYTES + IDENTIFIER_MAX_CHARS * 6 + 2_048,
});

export const DISK_STORE = storeLayout(TELEMETRY_STORE.byteOffset + TELEMETRY_STORE.byteLength, {
  readers: Object.keys(DISK_READER).length,
  numbers: DISK_NUMBERS.length,
  bytesCapacity: SITES_MAX_BYTES,
});

/** Makes the daemon's shared memory, empty: nothing published, nothing pinned. Thread: main, once. */
export function createSharedMemory(): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(DISK_STORE.byteOffset + DISK_STORE.byteLength);
  initStore(shared, TELEMETRY_STORE);
  initStore(shared, DISK_STORE);
  const header = new Int32Array(shared, 0, 2);
  header[1] = VERSION;
  header[0] = MAGIC;
  return shared;
}

/** Sets a store's words to "nothing published, nothing pinned" (-1). Thread: whoever made the memory, before it is shared. */
export function initStore(shared: SharedArrayBuffer, layout: StoreLayout): void {
  new Int32Array(shared, layout.byteOffset, (CACHE_LINE / 4) * (1 + layout.readers)).fill(-1);
}

/**
 * Checks that the memory is the daemon's and of this build's layout. Thread: each that is handed it, once.
 * @throws MonitorError LAYOUT_MISMATCH
 */
export function checkSharedMemory(shared: SharedArrayBuffer): void {
  const [magic, version] = new Int32Array(shared, 0, 2);
  const expected = DISK_STORE.byteOffset + DISK_STORE.byteLength;
  if (magic !== MAGIC || version !== VERSION || shared.byteLength !== expected) {
    throw new MonitorError(
      'LAYOUT_MISMATCH',
      'the shared memory has another layout than this thread was built for',
      {
        context: { magic, version, byteLength: shared.byteLength, expected },
      },
    );
  }
}
