import {
  fill,
  freeSlot,
  load,
  PUBLISHED,
  partOf,
  pinOf,
  READER_START,
  READERS,
  type ReaderMemory,
  SLOTS,
  store,
  useFrame,
  type WriterMemory,
} from './frame-store-model.js';
import { type Process, Violation } from './interleavings.js';

/** Variants of the algorithm in test/support/frame-store-model.ts that look right and are not, to show that the model sees it. */

/** Does not load `published` again after it has pinned (no R3, no R4). */
export function readerWithoutSecondLoad(index: number): Process<ReaderMemory> {
  return {
    start: READER_START,
    *run(memory) {
      if (memory.at !== 'begin') return yield* useFrame(index, memory);
      const slot = yield load(PUBLISHED, 'R1');
      if (slot < 0) return memory;
      yield store(pinOf(index), slot, 'R2');
      return { ...memory, at: 'hold', slot };
    },
  };
}

/** Loads `published` twice, and pins only then. */
export function readerThatPinsLast(index: number): Process<ReaderMemory> {
  return {
    start: READER_START,
    *run(memory) {
      if (memory.at !== 'begin') return yield* useFrame(index, memory);
      const slot = yield load(PUBLISHED, 'R1');
      const again = yield load(PUBLISHED, 'R3');
      if (slot < 0 || again !== slot) return memory;
      yield store(pinOf(index), slot, 'R2');
      return { ...memory, at: 'hold', slot };
    },
  };
}

/** Takes the slot that the second load named, and leaves its pin on the one of the first. */
export function readerThatDoesNotPinAgain(index: number): Process<ReaderMemory> {
  return {
    start: READER_START,
    *run(memory) {
      if (memory.at !== 'begin') return yield* useFrame(index, memory);
      const slot = yield load(PUBLISHED, 'R1');
      if (slot < 0) return memory;
      yield store(pinOf(index), slot, 'R2');
      return { ...memory, at: 'hold', slot: yield load(PUBLISHED, 'R3') };
    },
  };
}

/** Lets its pin go before it has read everything. */
export function readerThatReleasesEarly(index: number): Process<ReaderMemory> {
  return {
    start: READER_START,
    *run(memory) {
      if (memory.at === 'begin') {
        const slot = yield load(PUBLISHED, 'R1');
        return slot < 0 ? memory : { ...memory, at: 'pin', slot };
      }
      if (memory.at === 'pin') {
        yield store(pinOf(index), memory.slot, 'R2');
        const again = yield load(PUBLISHED, 'R3');
        return again === memory.slot ? { ...memory, at: 'hold' } : { ...memory, slot: again };
      }
      const sequence = yield load(partOf(memory.slot, 0), 'read');
      yield store(pinOf(index), -1, 'R5');
      const other = yield load(partOf(memory.slot, 1), 'read');
      if (other !== sequence) throw new Violation(`a reader saw a torn frame: ${sequence} and ${other}`);
      return { at: 'begin', slot: -1, last: sequence };
    },
  };
}

/** A writer whose way to choose a slot, and order of filling and publishing, are handed in. */
function variant(
  publishes: number,
  choose: () => ReturnType<typeof freeSlot>,
  order: 'fill first' | 'publish first' = 'fill first',
): Process<WriterMemory> {
  return {
    start: { sequence: 1, slot: null },
    *run({ sequence, slot }) {
      if (slot === null) {
        const chosen = yield* choose();
        if (chosen < 0) throw new Violation('the writer found no free slot');
        return { sequence, slot: chosen };
      }
      if (order === 'fill first') yield* fill(slot, sequence);
      yield store(PUBLISHED, slot, 'W3');
      if (order === 'publish first') yield* fill(slot, sequence);
      return sequence < publishes ? { sequence: sequence + 1, slot: null } : null;
    },
  };
}

/** Has one slot too few. */
export function writerWithTooFewSlots(publishes: number): Process<WriterMemory> {
  return variant(publishes, () => freeSlot(SLOTS - 1));
}

/** Has one slot too few, and takes any that is not published when all others are pinned. */
export function writerThatTakesAPinnedSlot(publishes: number): Process<WriterMemory> {
  return variant(publishes, function* () {
    const free = yield* freeSlot(SLOTS - 1);
    if (free >= 0) return free;
    return (yield load(PUBLISHED, 'W1')) === 0 ? 1 : 0;
  });
}

/** Looks at the pins only: the published slot may be taken. */
export function writerThatForgetsThePublished(publishes: number): Process<WriterMemory> {
  return variant(publishes, function* () {
    const taken: number[] = [];
    for (let reader = 0; reader < READERS; reader++) taken.push(yield load(pinOf(reader), 'W1'));
    for (let slot = 0; slot < SLOTS; slot++) if (!taken.includes(slot)) return slot;
    return -1;
  });
}

/** Looks at the first pin only. */
export function writerThatForgetsAPin(publishes: number): Process<WriterMemory> {
  return variant(publishes, function* () {
    const taken = [yield load(PUBLISHED, 'W1'), yield load(pinOf(0), 'W1')];
    for (let slot = 0; slot < SLOTS; slot++) if (!taken.includes(slot)) return slot;
    return -1;
  });
}

/** Publishes the slot, and fills it then. */
export function writerThatPublishesFirst(publishes: number): Process<WriterMemory> {
  return variant(publishes, () => freeSlot(SLOTS), 'publish first');
}

/**
 * Looks at the pins for the next frame before it publishes this one. The slot that is published until then has no pin yet,
 * and may get one after the look.
 */
export function writerThatLooksTooEarly(
  publishes: number,
): Process<{ readonly sequence: number; readonly slot: number; readonly next: number | null }> {
  return {
    start: { sequence: 1, slot: 0, next: null },
    *run({ sequence, slot, next }) {
      if (next === null) {
        const taken = [slot];
        for (let reader = 0; reader < READERS; reader++) taken.push(yield load(pinOf(reader), 'W1'));
        return { sequence, slot, next: [0, 1, 2, 3].findIndex((candidate) => !taken.includes(candidate)) };
      }
      yield* fill(slot, sequence);
      yield store(PUBLISHED, slot, 'W3');
      return sequence < publishes ? { sequence: sequence + 1, slot: next, next: null } : null;
    },
  };
}
