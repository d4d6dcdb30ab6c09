import { HISTORY_COLUMNS } from './fields.js';
import { CACHE_LINE, RECORDER_OFFSET, recorderRows } from './layout.js';

/**
 * The flight recorder: a ring of rows in shared memory, one writer, any number of readers, of which the writer knows nothing.
 *
 * Words (Int32, each on its own cache line). Rows are numbered from 0 and start again at a multiple of the ring's length.
 *   begun  Writer: the writer, before it touches a row. Readers: all. The number behind the newest row that it may have touched.
 *   done   Writer: the writer, behind a row. Readers: all. The number behind the newest whole row.
 *
 * Writer, row n                    Reader
 *   W1  store begun = n + 1          R1  end = load done
 *   W2  fill row n                   R2  copy the rows before `end`, at most a whole ring of them
 *   W3  store done = n + 1           R3  touched = load begun
 *                                    R4  drop the oldest rows that lie where rows before `touched` do
 *
 * Ordering: Atomics are sequentially consistent. The plain writes of W2 for a row that R2 copies happen before its W3, which R1 has seen. A
 * row whose place R2 copied while a later row was written into it was announced by W1 before the first byte was written; R3, which comes
 * behind all of R2, sees that, and R4 drops it. So no row is torn, the writer never waits, and neither does a reader. A writer that dies
 * between W1 and W3 leaves all rows but that one; whoever takes over writes it anew.
 *
 * test/unit/recorder-steps.test.ts runs every interleaving of these steps.
 */

const WORDS_PER_LINE = CACHE_LINE / 4;
const BEGUN = 0;
const DONE = WORDS_PER_LINE;

/** The kernel's counters advance in steps of this length: rows that are closer together would tell nothing more. */
export const ROW_MIN_MS = 10;
/** Rows are kept for this much longer than they are promised: those that are overwritten while somebody reads. */
const SPARE_MS = 2_000;

/** How many rows it takes to keep `historySec` seconds of samples that are `intervalMs` apart. */
export function rowsFor(historySec: number, intervalMs: number): number {
  if (historySec === 0) return 0;
  const rowMs = Math.max(ROW_MIN_MS, intervalMs);
  return Math.ceil((historySec * 1_000 + SPARE_MS) / rowMs);
}

/** Rows as they were copied out of the ring, oldest first. */
export interface History {
  readonly rows: number;
  /** CLOCK_MONOTONIC of each sample, ms, ascending. */
  readonly monoMs: Float64Array;
  /** CLOCK_REALTIME of each sample as it was then, ms; it may have been set since. */
  readonly wallMs: Float64Array;
  /** The values, in HISTORY_COLUMNS order, each as long as `rows`. */
  readonly columns: readonly Float32Array[];
}

/** Where everything lies. */
class Ring {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly capacity: number;
  /** Row numbers start again here: a multiple of the capacity that is well within 31 bits. */
  readonly cycle: number;
  readonly monoMs: Float64Array<SharedArrayBuffer>;
  readonly wallMs: Float64Array<SharedArrayBuffer>;
  readonly columns: readonly Float32Array<SharedArrayBuffer>[];

  constructor(shared: SharedArrayBuffer) {
    const capacity = recorderRows(shared);
    this.capacity = capacity;
    this.cycle = capacity === 0 ? 1 : capacity * Math.floor(2 ** 30 / capacity);
    this.words = new Int32Array(shared, RECORDER_OFFSET, 2 * WORDS_PER_LINE);
    let at = RECORDER_OFFSET + 2 * CACHE_LINE;
    this.monoMs = new Float64Array(shared, at, capacity);
    at += 8 * capacity;
    this.wallMs = new Float64Array(shared, at, capacity);
    at += 8 * capacity;
    this.columns = HISTORY_COLUMNS.map((_, i) => new Float32Array(shared, at + 4 * capacity * i, capacity));
  }

  /** How far `later` is behind `earlier`. */
  distance(earlier: number, later: number): number {
    return (later - earlier + this.cycle) % this.cycle;
  }
}

/** The writing side. Thread: one at a time, the proc lane's. Wait-free; allocates nothing after it was made. */
export class RecorderWriter {
  readonly #ring: Ring;
  #next: number;

  constructor(shared: SharedArrayBuffer) {
    this.#ring = new Ring(shared);
    this.#next = Atomics.load(this.#ring.words, DONE);
  }

  /** Appends a row of a sample that was taken at these times; `values` in HISTORY_COLUMNS order. A ring of no rows takes none. */
  append(monoMs: number, wallMs: number, values: Float32Array): void {
    const ring = this.#ring;
    if (ring.capacity === 0) return;
    const at = this.#next % ring.capacity;
    const next = (this.#next + 1) % ring.cycle;
    Atomics.store(ring.words, BEGUN, next);
    ring.monoMs[at] = monoMs;
    ring.wallMs[at] = wallMs;
    for (let i = 0; i < ring.columns.length; i++) ring.columns[i]![at] = values[i]!;
    Atomics.store(ring.words, DONE, next);
    this.#next = next;
  }
}

/** The reading side. Thread: any. Lock-free. Allocates: what it returns. */
export class RecorderReader {
  readonly #ring: Ring;

  constructor(shared: SharedArrayBuffer) {
    this.#ring = new Ring(shared);
  }

  /** How many rows there is room for; 0: nothing is recorded. */
  get capacity(): number {
    return this.#ring.capacity;
  }

  /** Copies the rows of samples that were taken at `fromMonoMs` or later. */
  since(fromMonoMs: number): History {
    const ring = this.#ring;
    for (;;) {
      const end = Atomics.load(ring.words, DONE);
      const rows = this.#rowsSince(fromMonoMs, end);
      const copied = this.#copy(end, rows);
      const overwritten = ring.distance(end, Atomics.load(ring.words, BEGUN));
      // It takes a reader that slept for as long as the whole ring covers.
      if (overwritten >= ring.capacity && ring.capacity > 0) continue;
      const lost = Math.max(0, rows + overwritten - ring.capacity);
      return lost === 0 ? copied : withoutOldest(copied, lost);
    }
  }

  /** How many of the rows before number `end` are not older than `fromMonoMs`. The rows that were never written are the oldest. */
  #rowsSince(fromMonoMs: number, end: number): number {
    const { monoMs, capacity, cycle } = this.#ring;
    let enough = 0;
    let tooMany = capacity + 1;
    while (tooMany - enough > 1) {
      const rows = (enough + tooMany) >> 1;
      if (monoMs[(end - rows + cycle) % capacity]! >= fromMonoMs) enough = rows;
      else tooMany = rows;
    }
    return enough;
  }

  #copy(end: number, rows: number): History {
    const { monoMs, wallMs, columns, capacity, cycle } = this.#ring;
    const from = capacity === 0 ? 0 : (end - rows + cycle) % capacity;
    const first = Math.min(rows, capacity - from);
    const take = <Column extends Float64Array | Float32Array>(
      out: Column,
      of: Float64Array | Float32Array,
    ): Column => {
      out.set(of.subarray(from, from + first));
      out.set(of.subarray(0, rows - first), first);
      return out;
    };
    return {
      rows,
      monoMs: take(new Float64Array(rows), monoMs),
      wallMs: take(new Float64Array(rows), wallMs),
      columns: columns.map((column) => take(new Float32Array(rows), column)),
    };
  }
}

function withoutOldest({ rows, monoMs, wallMs, columns }: History, lost: number): History {
  const dropped = Math.min(lost, rows);
  return {
    rows: rows - dropped,
    monoMs: monoMs.subarray(dropped),
    wallMs: wallMs.subarray(dropped),
    columns: columns.map((column) => column.subarray(dropped)),
  };
}
