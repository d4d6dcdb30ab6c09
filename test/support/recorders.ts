import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import { CACHE_LINE, createSharedMemory, RECORDER_OFFSET } from '../../src/shared/layout.js';

/** Where the real ring of `capacity` rows starts to number anew. */
export function cycleOf(capacity: number): number {
  return capacity * Math.floor(2 ** 30 / capacity);
}

/** Shared memory with a ring of `capacity` rows, in which the next row has this number. */
export function createRing(capacity: number, next = 0): SharedArrayBuffer {
  const shared = createSharedMemory(capacity);
  const words = new Int32Array(shared, RECORDER_OFFSET, (2 * CACHE_LINE) / 4);
  words[0] = next;
  words[CACHE_LINE / 4] = next;
  return shared;
}

/** A row of values that all follow from one number. */
export function rowOf(value: number): Float32Array {
  return Float32Array.from(HISTORY_COLUMNS, (_, i) => value + i);
}
