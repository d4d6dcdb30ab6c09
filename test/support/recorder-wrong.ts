import type { Process, Steps } from './interleavings.js';
import {
  BEGUN,
  beginAnew,
  type Copied,
  check,
  copy,
  DONE,
  distance,
  fill,
  load,
  type ReaderMemory,
  type RingModel,
  search,
  store,
  whole,
} from './recorder-model.js';

/** Variants of the algorithm in test/support/recorder-model.ts that look right and are not, to show that the model sees it. */

/** Tells nobody that it begins with a row. */
export function* appendUnannounced(
  { capacity, cycle }: RingModel,
  serial: number,
  mark: number,
): Steps<void> {
  yield* fill((serial - 1) % capacity, serial, mark);
  yield store(BEGUN, serial % cycle, 'W1');
  yield store(DONE, serial % cycle, 'W3');
}

/** Says that a row is done when it begins with it. */
export function* appendDoneFirst({ capacity, cycle }: RingModel, serial: number, mark: number): Steps<void> {
  yield store(BEGUN, serial % cycle, 'W1');
  yield store(DONE, serial % cycle, 'W3');
  yield* fill((serial - 1) % capacity, serial, mark);
}

/** Puts a row where its number modulo the ring's length says, in a ring whose numbers start again elsewhere. */
export function* appendByNumber({ capacity, cycle }: RingModel, serial: number, mark: number): Steps<void> {
  yield store(BEGUN, serial % cycle, 'W1');
  yield* fill(((serial - 1) % cycle) % capacity, serial, mark);
  yield store(DONE, serial % cycle, 'W3');
}

/** The parts of a reader that may be wrong, each the right one unless another is handed in. */
interface Ways {
  /** What it takes for the number behind the newest row that was touched. */
  readonly touched?: () => Steps<number>;
  readonly whole?: (copied: Copied, overwritten: number, capacity: number, from: number) => Copied;
  /** When it begins anew, once all was overwritten; the right one does when another row is done. */
  readonly again?: 'when done' | 'always' | 'never';
}

function* loadBegun(): Steps<number> {
  return yield load(BEGUN, 'R3');
}

function variant(
  ring: RingModel,
  fromSerial: number,
  ways: Ways,
  touchedFirst = false,
): Process<ReaderMemory> {
  const from = 2 * fromSerial;
  const { touched = loadBegun, again = 'when done' } = ways;
  return {
    start: { again: 0 },
    *run(memory) {
      const end = yield load(DONE, 'R1');
      const early = touchedFirst ? yield* touched() : 0;
      const copied = yield* copy(ring, end, yield* search(ring, end, from));
      const overwritten = distance(ring, end, touchedFirst ? early : yield* touched());
      if (overwritten >= ring.capacity && again !== 'never') {
        if (again === 'always' || (yield load(DONE, 'R4')) !== end) return beginAnew(memory);
      }
      const kept = (ways.whole ?? whole)(copied, overwritten, ring.capacity, from);
      check(ring, fromSerial, end, overwritten, kept);
      return { again: 0 };
    },
  };
}

/** The right one, put together of the same parts. */
export function readerOfParts(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, {});
}

/** Looks at what was touched before it copies. */
export function readerThatLooksFirst(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, {}, true);
}

/** Looks at what is done behind the copy, and not at what was begun. */
export function readerOfTheDone(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, {
    *touched() {
      return yield load(DONE, 'R3');
    },
  });
}

/** Keeps the row whose place is being written. */
export function readerThatDropsOneTooFew(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, {
    whole: (copied, overwritten, capacity, since) =>
      whole(copied, Math.max(0, overwritten - 1), capacity, since),
  });
}

/** Believes what it found while rows were overwritten. */
export function readerThatTrustsItsSearch(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, {
    whole: (copied, overwritten, capacity) => whole(copied, overwritten, capacity, 0),
  });
}

/** Returns what it has left, when all of it was overwritten. */
export function readerThatNeverBeginsAnew(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, { again: 'never' });
}

/** Waits for a writer that may be dead. */
export function readerThatWaits(ring: RingModel, from: number): Process<ReaderMemory> {
  return variant(ring, from, { again: 'always' });
}
