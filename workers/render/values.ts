import { putBytes, putFixed } from './digits.js';

const encoder = new TextEncoder();
/** What stands for all that is unknown. */
export const NULL = encoder.encode('null');
const TRUE = encoder.encode('true');
const FALSE = encoder.encode('false');

/**
 * Writing values of a frame as JSON straight into bytes; NaN is `null`. Both return the position behind what they wrote, and allocate nothing.
 */

/** Writes a number, rounded half up to `decimals` places. */
export function putNumber(out: Uint8Array, at: number, value: number, decimals: 0 | 1 | 2): number {
  return Number.isNaN(value) ? putBytes(out, at, NULL) : putFixed(out, at, value, decimals);
}

/** Writes a flag, which is 1 or 0. */
export function putFlag(out: Uint8Array, at: number, value: number): number {
  if (Number.isNaN(value)) return putBytes(out, at, NULL);
  return putBytes(out, at, value === 1 ? TRUE : FALSE);
}
