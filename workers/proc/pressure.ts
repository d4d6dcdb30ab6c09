import { parseError } from './quote.js';

const encoder = new TextEncoder();
/** The text before each number of a line. */
const LABELS = [' avg10=', ' avg60=', ' avg300=', ' total='].map((text) => encoder.encode(text));
const LINES = ['some', 'full'].map((text) => encoder.encode(text));

/** Number of values per file: avg10, avg60, avg300 and total of `some`, then of `full`. */
export const PRESSURE_NUMBERS = LINES.length * LABELS.length;

const NEWLINE = 10;
const POINT = 46;
const ZERO = 48;
const TOTAL = LABELS.length - 1;

/**
 * Parses a file such as `/proc/pressure/cpu`.
 *
 * Shape: `out` is Float64Array[PRESSURE_NUMBERS]. Units: averages in percent, totals in microseconds since boot. The values of `full` are
 * NaN if the line is missing, as in `cpu` before Linux 5.13. Thread: proc lane. Allocates: nothing.
 * @throws MonitorError PROC_PARSE, quoting the text, if it is malformed; `out` is then partly undefined
 * @see https://docs.kernel.org/accounting/psi.html
 */
export function parsePressure(bytes: Uint8Array, length: number, out: Float64Array): void {
  let at = 0;
  for (let line = 0; line < LINES.length; line++) {
    const first = line * LABELS.length;
    if (line > 0 && at === length) {
      out.fill(Number.NaN, first);
      return;
    }
    at = behind(bytes, length, at, LINES[line]!);
    for (let i = 0; i < LABELS.length; i++) {
      at = behind(bytes, length, at, LABELS[i]!);
      let value = 0;
      let digits = 0;
      let decimals = -1;
      for (; at < length; at++) {
        const digit = bytes[at]! - ZERO;
        if (digit >= 0 && digit <= 9) {
          value = value * 10 + digit;
          if (decimals < 0) digits++;
          else decimals++;
        } else if (bytes[at] === POINT && decimals < 0) decimals = 0;
        else break;
      }
      if (digits === 0 || decimals !== (i === TOTAL ? -1 : 2) || value > Number.MAX_SAFE_INTEGER) {
        throw parseError('pressure', `no number${i === TOTAL ? '' : ' of two decimals'}`, bytes, at, length);
      }
      out[first + i] = i === TOTAL ? value : value / 100;
    }
    if (at >= length || bytes[at] !== NEWLINE)
      throw parseError('pressure', 'a line does not end', bytes, at, length);
    at++;
  }
}

/** Returns the position after `text`, which must start at `at`. */
function behind(bytes: Uint8Array, length: number, at: number, text: Uint8Array): number {
  for (let i = 0; i < text.length; i++) {
    if (at + i >= length || bytes[at + i] !== text[i]) {
      throw parseError('pressure', 'not the lines "some" and "full"', bytes, at, length);
    }
  }
  return at + text.length;
}
