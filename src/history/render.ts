import { putFixed, putUint } from '../../workers/render/digits.js';
import { H, HISTORY_COLUMNS } from '../shared/fields.js';
import type { Summary } from './summarize.js';

const encoder = new TextEncoder();
const NULL = encoder.encode('null,');
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;

/** The largest load that is written. Load is the only column that is not a percentage. */
const LOAD_MOST = 999_999;
/** Percentages in tenths; the number after the largest means unknown. */
const TENTHS_MOST = 1_000;
const UNKNOWN = TENTHS_MOST + 1;
/** The longest texts with their commas: `99.9,` and `null,`; `999999.00,`; a time. */
const PERCENT_BYTES = 5;
const LOAD_BYTES = 10;
const TIME_BYTES = 17;
const POINT_BYTES = 2 * TIME_BYTES + 2 * (LOAD_BYTES + (HISTORY_COLUMNS.length - 1) * PERCENT_BYTES);
/** Room for the column names, twice, and for the other text between the numbers. */
const NAMES_BYTES = 2_048;

/** The contents of a /history answer. */
export interface HistoryBody {
  /** The members before the columns: identifier, times and sizes. */
  readonly head: Readonly<Record<string, string | number>>;
  readonly timeMs: Float64Array;
  /** As long as `timeMs`. */
  readonly ageMs: Float64Array;
  /** In HISTORY_COLUMNS order, each as long as `timeMs`. */
  readonly summaries: readonly Summary[];
}

/**
 * Renders /history answers as JSON: percentages with one decimal, loads with two, null for unknown values. An answer may contain 100,000
 * numbers, so the texts of percentages come from a lookup table. Thread: main.
 */
export class HistoryRenderer {
  /** The text of each number of tenths, padded to the longest text, and its length without padding. */
  readonly #texts = new Uint8Array((UNKNOWN + 1) * PERCENT_BYTES);
  readonly #lengths = new Uint8Array(UNKNOWN + 1);

  constructor() {
    for (let tenths = 0; tenths <= UNKNOWN; tenths++) {
      const text = tenths === UNKNOWN ? NULL : encoder.encode(`${tenths / 10},`);
      this.#texts.set(text, tenths * PERCENT_BYTES);
      this.#lengths[tenths] = text.length;
    }
  }

  /** Allocates the result. */
  render({ head, timeMs, ageMs, summaries }: HistoryBody): Uint8Array {
    const { length: count } = timeMs;
    const opening = encoder.encode(JSON.stringify({ ...head, columns: HISTORY_COLUMNS }));
    const out = Buffer.allocUnsafe(opening.length + NAMES_BYTES + count * POINT_BYTES);
    out.set(opening);
    // Overwrite the closing brace.
    let at = opening.length - 1;
    at += out.write(',"time_ms":', at);
    at = putTimes(out, at, timeMs);
    at += out.write(',"age_ms":', at);
    at = putTimes(out, at, ageMs);
    for (const what of ['mean', 'max'] as const) {
      at += out.write(`,"${what}":{`, at);
      for (const [index, name] of HISTORY_COLUMNS.entries()) {
        at += out.write(`${index === 0 ? '' : ','}"${name}":`, at);
        const values = summaries[index]![what];
        at = index === H.load_1 ? putLoads(out, at, values) : this.#putPercentages(out, at, values);
      }
      at += out.write('}', at);
    }
    at += out.write('}', at);
    return out.subarray(0, at);
  }

  #putPercentages(out: Uint8Array, at: number, values: Float64Array): number {
    const texts = this.#texts;
    const lengths = this.#lengths;
    let next = at;
    out[next++] = OPEN;
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      const tenths = Number.isNaN(value) ? UNKNOWN : Math.max(0, Math.min(TENTHS_MOST, value * 10 + 0.5)) | 0;
      const text = tenths * PERCENT_BYTES;
      // Copying all bytes is faster than copying only the text.
      out[next] = texts[text]!;
      out[next + 1] = texts[text + 1]!;
      out[next + 2] = texts[text + 2]!;
      out[next + 3] = texts[text + 3]!;
      out[next + 4] = texts[text + 4]!;
      next += lengths[tenths]!;
    }
    return close(out, next);
  }
}

function putTimes(out: Uint8Array, at: number, timeMs: Float64Array): number {
  let next = at;
  out[next++] = OPEN;
  for (let i = 0; i < timeMs.length; i++) {
    next = putUint(out, next, Math.round(timeMs[i]!));
    out[next++] = COMMA;
  }
  return close(out, next);
}

function putLoads(out: Uint8Array, at: number, values: Float64Array): number {
  let next = at;
  out[next++] = OPEN;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (Number.isNaN(value)) {
      out.set(NULL, next);
      next += NULL.length;
    } else {
      next = putFixed(out, next, Math.max(0, Math.min(LOAD_MOST, value)), 2);
      out[next++] = COMMA;
    }
  }
  return close(out, next);
}

/** Closes an array. Overwrites the comma after its last value, if there is one. */
function close(out: Uint8Array, at: number): number {
  const end = out[at - 1] === COMMA ? at - 1 : at;
  out[end] = CLOSE;
  return end + 1;
}
