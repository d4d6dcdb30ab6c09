/**
 * Writes numbers and texts as ASCII directly into bytes. All functions return the position after what they wrote, allocate nothing, and
 * rely on the caller to provide enough room.
 */

const ZERO = 48;
const MINUS = 45;
const POINT = 46;

/** Up to this many bytes a loop is faster than a call of `set`. */
const LOOP_COPY_MAX = 64;

/** Copies `bytes`. */
export function putBytes(out: Uint8Array, at: number, bytes: Uint8Array): number {
  const length = bytes.length;
  if (length > LOOP_COPY_MAX) out.set(bytes, at);
  else for (let i = 0; i < length; i++) out[at + i] = bytes[i]!;
  return at + length;
}

/** Writes a whole number, 0 to 2^53. */
export function putUint(out: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = ZERO + (rest - next * 10);
    rest = next;
  }
  return at + digits;
}

/** Writes a whole number as `width` digits, padded with zeros. */
export function putPadded(out: Uint8Array, at: number, value: number, width: number): number {
  let rest = value;
  for (let i = at + width - 1; i >= at; i--) {
    const next = Math.floor(rest / 10);
    out[i] = ZERO + (rest - next * 10);
    rest = next;
  }
  return at + width;
}

const SCALE = [1, 10, 100] as const;

/** Writes a finite number, rounded half up to `decimals` places. */
export function putFixed(out: Uint8Array, at: number, value: number, decimals: 0 | 1 | 2): number {
  const scale = SCALE[decimals];
  let scaled = Math.round(value * scale);
  let next = at;
  if (scaled < 0) {
    out[next++] = MINUS;
    scaled = -scaled;
  }
  const whole = Math.floor(scaled / scale);
  next = putUint(out, next, whole);
  if (decimals === 0) return next;
  out[next++] = POINT;
  return putPadded(out, next, scaled - whole * scale, decimals);
}
