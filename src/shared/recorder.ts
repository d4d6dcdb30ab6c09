import { HISTORY_COLUMNS } from './fields.js';
import { CACHE_LINE, RECORDER_OFFSET, RECORDER_ROW_BYTES, recorderRows } from './layout.js';

/**
 * The flight recorder: a ring of rows in shared memory with one writer and any number of readers, of which the writer knows nothing.
 *
 * Words (Int32, each on its own cache line). Rows are numbered from 0; the numbers wrap around at a multiple of the ring's length.
 *   begun  Writer: the writer, before it touches a row. Readers: all. One more than the number of the newest row that it may have touched.
 *   done   Writer: the writer, after a row. Readers: all. One more than the number of the newest complete row.
 *
 * Writer, row n                       Reader
 *   W1  exchange begun for n + 1        R1  end = load done
 *   W2  fill row n                      R2  find and copy the rows before `end`, at most the whole ring
 *   W3  store done = n + 1              R3  touched = add 0 to begun
 *                                       R4  if all that was copied is touched and load done differs from `end`: back to R1
 *                                       R5  drop the oldest rows: those in the places of rows `end` to `touched` - 1
 *
 * Ordering: Atomics are sequentially consistent. The plain writes of W2 happen before the W3 that R1 has seen, so every copied row was
 * complete. W1 and R3 are both read-modify-writes of `begun`, so one of them comes first. If it is R3, then R2 happens before W1 and so
 * before W2: the copy contains nothing of row n. If it is W1, then R3 sees it, and R5 drops the row that was in n's place. A load for R3
 * and a store for W1 would not be enough: plain reads may be reordered after a later load, and plain writes before an earlier store. So no
 * row is torn, and the writer never waits.
 * A reader retries only if the writer has finished a row in the meantime, so a dead writer blocks nobody. A retry requires that the reader
 * slept for as long as the whole ring covers. One that slept through a whole cycle of row numbers, over a hundred days, would not notice.
 *
 * If rows are overwritten while R2 looks for the first row, their times are newer than before (every CPU that we support reads and writes
 * an aligned 8-byte word atomically). R2 may therefore find too many rows, but never too few; R5 also drops those that are too old.
 *
 * A writer that dies between W1 and W3 leaves all rows intact except the one that it was overwriting. Its successor continues from `done`
 * and writes that row again. control.ts ensures that there is one writer at a time, even if a lane was given up and may resume.
 *
 * test/unit/recorder-model.test.ts runs every interleaving of these steps.
 */

const WORDS_PER_LINE = CACHE_LINE / 4;
const BEGUN = 0;
const DONE = WORDS_PER_LINE;

/** The kernel's counters advance in steps of this length, so rows closer together would contain nothing new. */
export const ROW_MIN_MS = 10;
/** Rows are kept for this much longer than promised, to make up for those overwritten during a read. */
const SPARE_MS = 2_000;

/** Number of rows needed to keep `historySec` seconds of samples that are `intervalMs` apart. */
export function rowsFor(historySec: number, intervalMs: number): number {
  if (historySec === 0) return 0;
  const rowMs = Math.max(ROW_MIN_MS, intervalMs);
  return Math.ceil((historySec * 1_000 + SPARE_MS) / rowMs);
}

/** Rows copied out of the ring, oldest first. */
export interface History {
  readonly rows: number;
  /** CLOCK_MONOTONIC of each sample, ms, ascending. */
  readonly monoMs: Float64Array;
  /** CLOCK_REALTIME of each sample when it was taken, ms; the clock may have been set since. */
  readonly wallMs: Float64Array;
  /** The values, in HISTORY_COLUMNS order, each array of length `rows`. */
  readonly columns: readonly Float32Array[];
}

/** Numbers of a row: two times as doubles, then the values as floats. */
const ROW_DOUBLES = RECORDER_ROW_BYTES / 8;
const ROW_FLOATS = RECORDER_ROW_BYTES / 4;
const FIRST_FLOAT = 4;
const COLUMNS = HISTORY_COLUMNS.length;

/** The ring's memory. A row is contiguous, so writing one touches one or two cache lines and one page. */
class Ring {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly capacity: number;
  /** Row numbers wrap around here: a multiple of the capacity, well within 31 bits. */
  readonly cycle: number;
  /** Two views of all rows. */
  readonly doubles: Float64Array<SharedArrayBuffer>;
  readonly floats: Float32Array<SharedArrayBuffer>;

  constructor(shared: SharedArrayBuffer) {
    const capacity = recorderRows(shared);
    const rowsAt = RECORDER_OFFSET + 2 * CACHE_LINE;
    this.capacity = capacity;
    this.cycle = capacity === 0 ? 1 : capacity * Math.floor(2 ** 30 / capacity);
    this.words = new Int32Array(shared, RECORDER_OFFSET, 2 * WORDS_PER_LINE);
    this.doubles = new Float64Array(shared, rowsAt, ROW_DOUBLES * capacity);
    this.floats = new Float32Array(shared, rowsAt, ROW_FLOATS * capacity);
  }

  /** CLOCK_MONOTONIC of the row at index `at`. */
  monoMs(at: number): number {
    return this.doubles[at * ROW_DOUBLES]!;
  }
}

/** The writing side. Thread: one at a time, the proc lane's. Wait-free; allocates nothing after construction. */
export class RecorderWriter {
  private readonly ring: Ring;
  private next: number;

  constructor(shared: SharedArrayBuffer) {
    this.ring = new Ring(shared);
    this.next = Atomics.load(this.ring.words, DONE);
  }

  /** Appends the row of a sample taken at these times; `values` in HISTORY_COLUMNS order. Does nothing if the ring has no rows. */
  append(monoMs: number, wallMs: number, values: Float32Array): void {
    const ring = this.ring;
    if (ring.capacity === 0) return;
    const at = this.next % ring.capacity;
    const next = (this.next + 1) % ring.cycle;
    Atomics.exchange(ring.words, BEGUN, next);
    ring.doubles[at * ROW_DOUBLES] = monoMs;
    ring.doubles[at * ROW_DOUBLES + 1] = wallMs;
    const first = at * ROW_FLOATS + FIRST_FLOAT;
    for (let i = 0; i < COLUMNS; i++) ring.floats[first + i] = values[i]!;
    Atomics.store(ring.words, DONE, next);
    this.next = next;
  }
}

/** The reading side. Thread: any. Lock-free. Allocates: the result. */
export class RecorderReader {
  readonly #ring: Ring;

  constructor(shared: SharedArrayBuffer) {
    this.#ring = new Ring(shared);
  }

  /** Number of rows in the ring; 0: nothing is recorded. */
  get capacity(): number {
    return this.#ring.capacity;
  }

  /** Copies the rows of samples taken at `fromMonoMs` or later; `-Infinity` copies all. */
  since(fromMonoMs: number): History {
    const { words, capacity, cycle } = this.#ring;
    for (;;) {
      const end = Atomics.load(words, DONE);
      const copied = this.#copy(end, this.#rowsSince(fromMonoMs, end));
      const overwritten = (Atomics.add(words, BEGUN, 0) - end + cycle) % cycle;
      if (overwritten >= capacity && Atomics.load(words, DONE) !== end) continue;
      let drop = Math.max(0, copied.rows + overwritten - capacity);
      while (drop < copied.rows && copied.monoMs[drop]! < fromMonoMs) drop++;
      return drop === 0 ? copied : withoutOldest(copied, drop);
    }
  }

  /** Number of rows before row `end` that are not older than `fromMonoMs`. Rows that were never written count as the oldest. */
  #rowsSince(fromMonoMs: number, end: number): number {
    const { capacity, cycle } = this.#ring;
    let enough = 0;
    let tooMany = capacity + 1;
    while (tooMany - enough > 1) {
      const rows = (enough + tooMany) >> 1;
      if (this.#ring.monoMs((end - rows + cycle) % capacity) >= fromMonoMs) enough = rows;
      else tooMany = rows;
    }
    return enough;
  }

  #copy(end: number, rows: number): History {
    const { doubles, floats, capacity, cycle } = this.#ring;
    const monoMs = new Float64Array(rows);
    const wallMs = new Float64Array(rows);
    const columns = HISTORY_COLUMNS.map(() => new Float32Array(rows));
    for (let row = 0; row < rows; row++) {
      const at = (end - rows + row + cycle) % capacity;
      monoMs[row] = doubles[at * ROW_DOUBLES]!;
      wallMs[row] = doubles[at * ROW_DOUBLES + 1]!;
      const first = at * ROW_FLOATS + FIRST_FLOAT;
      for (let i = 0; i < COLUMNS; i++) columns[i]![row] = floats[first + i]!;
    }
    return { rows, monoMs, wallMs, columns };
  }
}

function withoutOldest({ rows, monoMs, wallMs, columns }: History, drop: number): History {
  return {
    rows: Math.max(0, rows - drop),
    monoMs: monoMs.subarray(drop),
    wallMs: wallMs.subarray(drop),
    columns: columns.map((column) => column.subarray(drop)),
  };
}
