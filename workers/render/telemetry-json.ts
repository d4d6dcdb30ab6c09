import { FIELDS, type Field, SOURCES, T } from '../../src/shared/fields.js';
import { putBytes, putFixed, putPadded } from './digits.js';

const encoder = new TextEncoder();
const NULL = encoder.encode('null');
const TRUE = encoder.encode('true');
const FALSE = encoder.encode('false');
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;
const BRACE = 125;
const ZULU = encoder.encode('Z"');
const STALE = encoder.encode(',"stale":[');
const STALE_SECONDS = encoder.encode('],"stale_seconds":{');
const SOURCE_NAMES = SOURCES.map((source) => encoder.encode(`"${source}"`));
const SOURCE_KEYS = SOURCES.map((source) => encoder.encode(`"${source}":`));

interface Part {
  readonly key: Uint8Array;
  readonly kind: Field['kind'];
  readonly decimals: 0 | 1 | 2;
  readonly indexes: readonly number[];
}

const PARTS: readonly Part[] = FIELDS.map((field) => ({
  key: encoder.encode(`,"${field.name}":`),
  kind: field.kind,
  decimals: 'decimals' in field ? field.decimals : 0,
  indexes: 'numbers' in field ? field.numbers.map((name) => T[name]) : [],
}));

/**
 * Renders the snapshot of `GET /telemetry` into a frame's bytes.
 * Thread: proc lane. Allocates: nothing, but for the date once a second.
 */
export class TelemetryRenderer {
  readonly #head: Uint8Array;
  /** `2026-03-22T01:37:21.`, and the second that it stands for. */
  #date: Uint8Array = new Uint8Array(0);
  #dateSecond = Number.NaN;

  constructor(identifier: string) {
    this.#head = encoder.encode(`{"identifier":${JSON.stringify(identifier)},"sampled_at":"`);
  }

  /**
   * Writes the JSON of `numbers` (TELEMETRY_NUMBERS order) to the start of `out`, and returns its length in bytes.
   * `sites` is `nginx_sites`, already JSON; empty: unknown. `staleSeconds` has the age of each source, in SOURCES order,
   * and is read where the mask in `numbers` has the source's bit.
   */
  render(out: Uint8Array, numbers: Float64Array, sites: Uint8Array, staleSeconds: Float64Array): number {
    let at = putBytes(out, 0, this.#head);
    at = this.#putDate(out, at, numbers[T.sampled_wall_ms]!);
    for (let i = 0; i < PARTS.length; i++) {
      const part = PARTS[i]!;
      at = putBytes(out, at, part.key);
      if (part.kind === 'names') at = putBytes(out, at, sites.length > 0 ? sites : NULL);
      else if (part.kind === 'numbers') at = putNumbers(out, at, part, numbers);
      else at = putScalar(out, at, part, numbers[part.indexes[0]!]!);
    }
    const stale = numbers[T.stale_mask]!;
    if (stale !== 0) at = putStale(out, at, stale, staleSeconds);
    out[at++] = BRACE;
    return at;
  }

  #putDate(out: Uint8Array, at: number, wallMs: number): number {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.#dateSecond) {
      this.#date = encoder.encode(new Date(second * 1000).toISOString().slice(0, -4));
      this.#dateSecond = second;
    }
    const next = putPadded(out, putBytes(out, at, this.#date), Math.floor(wallMs - second * 1000), 3);
    return putBytes(out, next, ZULU);
  }
}

function putScalar(out: Uint8Array, at: number, part: Part, value: number): number {
  if (Number.isNaN(value)) return putBytes(out, at, NULL);
  if (part.kind === 'flag') return putBytes(out, at, value === 1 ? TRUE : FALSE);
  return putFixed(out, at, value, part.decimals);
}

function putNumbers(out: Uint8Array, at: number, part: Part, numbers: Float64Array): number {
  let next = at;
  for (let i = 0; i < part.indexes.length; i++) {
    const value = numbers[part.indexes[i]!]!;
    if (Number.isNaN(value)) return putBytes(out, at, NULL);
    out[next++] = i === 0 ? OPEN : COMMA;
    next = putFixed(out, next, value, part.decimals);
  }
  out[next++] = CLOSE;
  return next;
}

function putStale(out: Uint8Array, at: number, mask: number, staleSeconds: Float64Array): number {
  let next = putBytes(out, at, STALE);
  for (let i = 0, first = true; i < SOURCES.length; i++) {
    if ((mask & (1 << i)) === 0) continue;
    if (!first) out[next++] = COMMA;
    first = false;
    next = putBytes(out, next, SOURCE_NAMES[i]!);
  }
  next = putBytes(out, next, STALE_SECONDS);
  for (let i = 0, first = true; i < SOURCES.length; i++) {
    if ((mask & (1 << i)) === 0) continue;
    if (!first) out[next++] = COMMA;
    first = false;
    next = putBytes(out, next, SOURCE_KEYS[i]!);
    next = putFixed(out, next, staleSeconds[i]!, 1);
  }
  out[next++] = BRACE;
  return next;
}
