import { MonitorError } from './errors.js';
import { DISK_NUMBERS, FRAME_NUMBERS, HISTORY_COLUMNS } from './fields.js';

/**
 * Layout of the one SharedArrayBuffer:
 *
 *   0      header: magic, version, rows of the flight recorder
 *   64     control words (control.ts)
 *   …      telemetry frames: written by the proc lane
 *   …      disk frames: written by the disk lane
 *   …      reasons of failures: written by the proc lane (reasons.ts)
 *   …      the flight recorder: written by the proc lane (recorder.ts); the header has its number of rows
 *
 * Each frame store: a cache line with the `published` word, one cache line per reader for its `pin`, then the slots.
 * Each slot: a header of one cache line (Float64: sequence number, length of the bytes), the numbers, the bytes.
 */

export const CACHE_LINE = 64;
/** "HFM1" */
export const MAGIC = 0x48464d31;
export const VERSION = 3;

/** Maximum length of the identifier, in characters. */
export const IDENTIFIER_MAX_CHARS = 200;
/** Space for `nginx_sites` as JSON. Sites beyond it are cut off, and nginx is reported as stale. */
export const SITES_MAX_BYTES = 16_384;

/** The position of a frame store and the shape of its slots. All offsets are multiples of a cache line. */
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
/** One cache line per control word. */
export const CONTROL_WORDS = 3;
const CONTROL_BYTES = CONTROL_WORDS * CACHE_LINE;

/** Assigns the pins to the readers. */
export const TELEMETRY_READER = { main: 0, heartbeat: 1 } as const;
export const DISK_READER = { procLane: 0, main: 1, heartbeat: 2 } as const;

/** A character of the identifier can take six bytes in JSON (`\u00e4`); the rest of a snapshot is under 2 KiB. */
export const TELEMETRY_STORE = storeLayout(CONTROL_OFFSET + CONTROL_BYTES, {
  readers: Object.keys(TELEMETRY_READER).length,
  numbers: FRAME_NUMBERS,
  bytesCapacity: SITES_MAX_BYTES + IDENTIFIER_MAX_CHARS * 6 + 4_096,
});

export const DISK_STORE = storeLayout(TELEMETRY_STORE.byteOffset + TELEMETRY_STORE.byteLength, {
  readers: Object.keys(DISK_READER).length,
  numbers: DISK_NUMBERS.length,
  bytesCapacity: SITES_MAX_BYTES + 2_048,
});

/** Why sources are stale, as JSON; published on change. */
export const REASONS_STORE = storeLayout(DISK_STORE.byteOffset + DISK_STORE.byteLength, {
  readers: 1,
  numbers: 0,
  bytesCapacity: 8_192,
});

/** Two cache lines of words, then the rows. */
export const RECORDER_OFFSET = REASONS_STORE.byteOffset + REASONS_STORE.byteLength;
/** Two times and the values. */
export const RECORDER_ROW_BYTES = 2 * 8 + HISTORY_COLUMNS.length * 4;

/**
 * Creates the daemon's shared memory, with room for `historyRows` rows: nothing published, nothing pinned, nothing recorded. Thread: main,
 * once.
 */
export function createSharedMemory(historyRows = 0): SharedArrayBuffer {
  const shared = new SharedArrayBuffer(byteLengthFor(historyRows));
  initStore(shared, TELEMETRY_STORE);
  initStore(shared, DISK_STORE);
  initStore(shared, REASONS_STORE);
  // All bits set is NaN: no row was written yet. Filling also makes the kernel allocate the memory now rather than bit by bit.
  new Uint8Array(shared, RECORDER_OFFSET + 2 * CACHE_LINE).fill(0xff);
  const header = new Int32Array(shared, 0, 3);
  header[2] = historyRows;
  header[1] = VERSION;
  header[0] = MAGIC;
  return shared;
}

function byteLengthFor(historyRows: number): number {
  return RECORDER_OFFSET + 2 * CACHE_LINE + historyRows * RECORDER_ROW_BYTES;
}

/** The capacity of the flight recorder in `shared`, in rows. Thread: any. */
export function recorderRows(shared: SharedArrayBuffer): number {
  return new Int32Array(shared, 0, 3)[2]!;
}

/** Sets a store's words to "nothing published, nothing pinned" (-1). Thread: the one that created the memory, before it shares it. */
export function initStore(shared: SharedArrayBuffer, layout: StoreLayout): void {
  new Int32Array(shared, layout.byteOffset, (CACHE_LINE / 4) * (1 + layout.readers)).fill(-1);
}

/**
 * Checks that the memory is the daemon's and has the layout of this build. Thread: each that receives it, once.
 * @throws MonitorError LAYOUT_MISMATCH
 */
export function checkSharedMemory(shared: SharedArrayBuffer): void {
  const [magic, version, historyRows = 0] = new Int32Array(shared, 0, 3);
  const expected = byteLengthFor(historyRows);
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
