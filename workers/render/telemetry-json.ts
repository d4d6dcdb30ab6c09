import { FIELDS, type Field, SOURCES, T } from '../../src/shared/fields.js';
import { SITES_MAX_BYTES } from '../../src/shared/layout.js';
import { DetailsRenderer } from './details-json.js';
import { putBytes, putFixed, putPadded, putUint } from './digits.js';
import { NULL, putFlag, putNumber } from './values.js';
import { WatchedNumbers } from './watched-numbers.js';

const encoder = new TextEncoder();
const COMMA = 44;
const OPEN = 91;
const CLOSE = 93;
const BRACE = 125;
const ZULU = encoder.encode('Z"');
const SAMPLING = encoder.encode(',"sampling":{"interval_ms":');
const STALE = encoder.encode(',"stale":[');
const STALE_SECONDS = encoder.encode('],"stale_seconds":{');
const SOURCE_NAMES = SOURCES.map((source) => encoder.encode(`"${source}"`));
const SOURCE_KEYS = SOURCES.map((source) => encoder.encode(`"${source}":`));

/** Room for all but the sites: it takes under 300 bytes. */
const SLOW_MAX_BYTES = 1_024;

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
  indexes: field.numbers.map((name) => T[name]),
}));

/** What is new at every sample, and what seldom is. */
const CPU_PART = PARTS[0]!;
const SLOW_PARTS = PARTS.slice(1);
/** The numbers that the slow parts, and what is told of the sampling itself, are made of. */
const SLOW_INDEXES = [...SLOW_PARTS.flatMap(({ indexes }) => indexes), T.interval_ms];

/**
 * Renders the snapshot of `GET /telemetry` into a frame's bytes. What is as it was at the sample before is copied.
 * Thread: proc lane. Allocates: nothing, but for the date once a second.
 */
export class TelemetryRenderer {
  readonly #head: Uint8Array;
  readonly #details = new DetailsRenderer();
  /** `2026-03-22T01:37:21.`, and the second that it stands for. */
  #date: Uint8Array = new Uint8Array(0);
  #dateSecond = Number.NaN;
  /** The slow parts as rendered, and what they were made of. */
  readonly #slowRoom = new Uint8Array(SITES_MAX_BYTES + SLOW_MAX_BYTES);
  #slow: Uint8Array = this.#slowRoom.subarray(0, 0);
  readonly #slowNumbers = new WatchedNumbers(SLOW_INDEXES);
  #sites: Uint8Array | null = null;

  constructor(identifier: string) {
    this.#head = encoder.encode(`{"identifier":${JSON.stringify(identifier)},"sampled_at":"`);
  }

  /**
   * Writes the JSON of `numbers` (TELEMETRY_NUMBERS order) to the start of `out`, and returns its length in bytes.
   * `sites` is `nginx_sites`, already JSON, and another array whenever its bytes are others; empty: unknown. `staleSeconds` has the age of
   * each source, in SOURCES order, and is read where the mask in `numbers` has the source's bit.
   */
  render(out: Uint8Array, numbers: Float64Array, sites: Uint8Array, staleSeconds: Float64Array): number {
    let at = putBytes(out, 0, this.#head);
    at = this.#putDate(out, at, numbers[T.sampled_wall_ms]!);
    at = putPart(out, at, CPU_PART, numbers, sites);
    if (this.#slowNumbers.isNew(numbers) || sites !== this.#sites) this.#renderSlow(numbers, sites);
    this.#sites = sites;
    at = this.#details.render(out, putBytes(out, at, this.#slow), numbers);
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

  #renderSlow(numbers: Float64Array, sites: Uint8Array): void {
    const out = this.#slowRoom;
    let at = 0;
    for (let i = 0; i < SLOW_PARTS.length; i++) at = putPart(out, at, SLOW_PARTS[i]!, numbers, sites);
    at = putBytes(out, at, SAMPLING);
    at = putUint(out, at, numbers[T.interval_ms]!);
    out[at++] = BRACE;
    if (at !== this.#slow.length) this.#slow = out.subarray(0, at);
  }
}

function putPart(out: Uint8Array, at: number, part: Part, numbers: Float64Array, sites: Uint8Array): number {
  const next = putBytes(out, at, part.key);
  if (part.kind === 'names') return putBytes(out, next, sites.length > 0 ? sites : NULL);
  if (part.kind === 'numbers') return putNumbers(out, next, part, numbers);
  const value = numbers[part.indexes[0]!]!;
  return part.kind === 'flag' ? putFlag(out, next, value) : putNumber(out, next, value, part.decimals);
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
