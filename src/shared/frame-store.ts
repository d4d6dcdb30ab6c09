import { MonitorError } from './errors.js';
import { CACHE_LINE, type StoreLayout } from './layout.js';

/**
 * Pinned frames: one writer, R readers, R + 2 slots, in shared memory.
 *
 * Words (Int32, each on its own cache line):
 *   published  Writer: the writer. Readers: all. Index of the newest complete frame, -1 before the first.
 *   pin[r]     Writer: reader r. Reader: the writer. Index of the slot that reader r is reading, -1 if none.
 *
 * Reader                                   Writer
 *   R1  slot = load published                W1  for each r: mark load pin[r] as taken; published is taken too
 *   R2  store pin = slot                     W2  fill a slot that is not taken (R + 2 slots: there is one)
 *   R3  again = load published               W3  store published = that slot
 *   R4  if again differs: slot = again, back to R2
 *   …   read the slot
 *   R5  store pin = -1
 *
 * Ordering: Atomics are sequentially consistent. The plain writes of W2 happen before the store W3, which happens before the load R3 that
 * sees it. If R3 still sees `slot`, it was published after R2 was visible, so every later W1 sees the pin. A W1 that ran before R2 has
 * either taken `slot` as published, or has filled it; then R3 sees either another index (and retries) or the finished frame. So no frame
 * is torn, the writer never waits, and a reader that is descheduled while it holds a pin keeps a complete frame. A reader retries only if
 * the writer has published in the meantime, so one of the two always makes progress. A writer that dies between W1 and W3 leaves the last
 * frame intact. control.ts ensures that there is one writer at a time, even if a lane was given up and may resume.
 *
 * test/unit/frame-store-model.test.ts runs every interleaving of these steps.
 */

const WORDS_PER_LINE = CACHE_LINE / 4;
/** Views of a slot's bytes are cached by length; a snapshot has few different lengths. */
const MAX_KEPT_VIEWS = 256;

/** The memory of one frame. Its views are created once. */
export class Slot {
  readonly index: number;
  readonly numbers: Float64Array<SharedArrayBuffer>;
  /** All the space for bytes; the first `byteLength` are the frame's. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly #header: Float64Array<SharedArrayBuffer>;
  readonly #views = new Map<number, Uint8Array<SharedArrayBuffer>>();
  #lastView: Uint8Array<SharedArrayBuffer>;

  constructor(shared: SharedArrayBuffer, layout: StoreLayout, index: number) {
    const start = layout.byteOffset + CACHE_LINE * (1 + layout.readers) + index * layout.slotStride;
    const numbersBytes =
      layout.slotStride - CACHE_LINE - Math.ceil(layout.bytesCapacity / CACHE_LINE) * CACHE_LINE;
    this.index = index;
    this.#header = new Float64Array(shared, start, 2);
    this.numbers = new Float64Array(shared, start + CACHE_LINE, layout.numbers);
    this.bytes = new Uint8Array(shared, start + CACHE_LINE + numbersBytes, layout.bytesCapacity);
    this.#lastView = this.bytes.subarray(0, 0);
  }

  /** Number of this frame in its store, from 1. */
  get sequence(): number {
    return this.#header[0] ?? 0;
  }

  get byteLength(): number {
    return this.#header[1] ?? 0;
  }

  /**
   * Writes `text` into the space for bytes and returns its length in bytes. Thread: the writer, before it publishes.
   * @throws MonitorError FRAME_TOO_LARGE if it does not fit
   */
  write(text: string): number {
    const length = Buffer.byteLength(text);
    if (length > this.bytes.length) throw tooLarge(length, this.bytes.length);
    Buffer.from(this.bytes.buffer, this.bytes.byteOffset, length).write(text);
    return length;
  }

  /**
   * Writes the bytes of a frame that was published without any. Thread: the one reader that renders this store's frames, while it holds the
   * pin: no other thread accesses these bytes.
   * @throws MonitorError FRAME_TOO_LARGE if they do not fit; the frame then has none
   */
  render(text: string): void {
    this.#header[1] = this.write(text);
  }

  /** Fills in the header. Thread: the writer, before it publishes. */
  seal(sequence: number, byteLength: number): void {
    this.#header[0] = sequence;
    this.#header[1] = byteLength;
  }

  /** The frame's bytes, in place. Thread: a reader that holds the pin. Allocates: once per length. */
  view(): Uint8Array<SharedArrayBuffer> {
    const length = this.byteLength;
    if (this.#lastView.length === length) return this.#lastView;
    let view = this.#views.get(length);
    if (view === undefined) {
      if (this.#views.size >= MAX_KEPT_VIEWS) this.#views.clear();
      view = this.bytes.subarray(0, length);
      this.#views.set(length, view);
    }
    this.#lastView = view;
    return view;
  }
}

function slotsOf(shared: SharedArrayBuffer, layout: StoreLayout): readonly Slot[] {
  return Array.from({ length: layout.slots }, (_, index) => new Slot(shared, layout, index));
}

function wordsOf(shared: SharedArrayBuffer, layout: StoreLayout): Int32Array<SharedArrayBuffer> {
  return new Int32Array(shared, layout.byteOffset, WORDS_PER_LINE * (1 + layout.readers));
}

/** The writing side. Thread: one at a time, the store's lane. Wait-free; allocates nothing after construction. */
export class FrameWriter {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #slots: readonly Slot[];
  readonly #readers: number;
  #sequence: number;

  constructor(shared: SharedArrayBuffer, layout: StoreLayout) {
    this.#words = wordsOf(shared, layout);
    this.#slots = slotsOf(shared, layout);
    this.#readers = layout.readers;
    this.#sequence = this.latest()?.sequence ?? 0;
  }

  /** The newest published frame, for a lane that replaces one that died. Only the writer may read it without a pin. */
  latest(): Slot | null {
    return this.#slots[Atomics.load(this.#words, 0)] ?? null;
  }

  /** Takes a slot that nobody reads (W1). It still contains some older frame. */
  begin(): Slot {
    let taken = 0;
    const published = Atomics.load(this.#words, 0);
    if (published >= 0) taken |= 1 << published;
    for (let reader = 1; reader <= this.#readers; reader++) {
      const pinned = Atomics.load(this.#words, reader * WORDS_PER_LINE);
      if (pinned >= 0) taken |= 1 << pinned;
    }
    let index = 0;
    while ((taken & (1 << index)) !== 0) index++;
    return this.#slots[index]!;
  }

  /**
   * Makes a filled slot the newest frame (W3).
   * @throws MonitorError FRAME_TOO_LARGE if `byteLength` is more than a slot holds; the previous frame stays
   */
  publish(slot: Slot, byteLength: number): void {
    if (byteLength > slot.bytes.length) throw tooLarge(byteLength, slot.bytes.length);
    slot.seal(++this.#sequence, byteLength);
    Atomics.store(this.#words, 0, slot.index);
  }
}

/** The reading side of reader `reader`. Thread: one at a time. Lock-free; allocates nothing after construction. */
export class FrameReader {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #slots: readonly Slot[];
  readonly #pin: number;

  constructor(shared: SharedArrayBuffer, layout: StoreLayout, reader: number) {
    if (!(reader >= 0 && reader < layout.readers)) throw new RangeError(`no reader ${reader} in this store`);
    this.#words = wordsOf(shared, layout);
    this.#slots = slotsOf(shared, layout);
    this.#pin = (1 + reader) * WORDS_PER_LINE;
  }

  /** Pins the newest frame (R1 to R4); null before the first. The caller must `release` it soon. */
  acquire(): Slot | null {
    let slot = Atomics.load(this.#words, 0);
    if (slot < 0) return null;
    for (;;) {
      Atomics.store(this.#words, this.#pin, slot);
      const again = Atomics.load(this.#words, 0);
      if (again === slot) return this.#slots[slot]!;
      slot = again;
    }
  }

  /** Unpins the frame (R5). Its views must not be used after this. */
  release(): void {
    Atomics.store(this.#words, this.#pin, -1);
  }

  /**
   * Calls `use` with the newest frame, pinned while `use` runs, and returns its result; null before the first frame. For readers that are
   * not on a hot path: allocates a closure and whatever `use` copies out.
   */
  read<Result>(use: (slot: Slot) => Result): Result | null {
    const slot = this.acquire();
    if (slot === null) return null;
    try {
      return use(slot);
    } finally {
      this.release();
    }
  }
}

function tooLarge(length: number, capacity: number): MonitorError {
  return new MonitorError('FRAME_TOO_LARGE', `a frame of ${length} bytes; a slot holds ${capacity}`);
}
