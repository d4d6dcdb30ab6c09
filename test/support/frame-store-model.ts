import { type Operation, type Process, type Step, Violation } from './interleavings.js';

/**
 * The algorithm of src/shared/frame-store.ts, step by step, for one writer and two readers. Its words: `published`, the
 * pins, then for each slot two words, its parts, which stand for all that a frame holds. A whole frame has the same
 * sequence number in both, counted from 1.
 */

export const READERS = 2;
export const SLOTS = READERS + 2;
export const PUBLISHED = 0;
const PARTS = 2;

export function pinOf(reader: number): number {
  return 1 + reader;
}

export function partOf(slot: number, part: number): number {
  return 1 + READERS + slot * PARTS + part;
}

/** The words of a store in which nothing is published, nothing pinned and nothing written. */
export function firstWords(slots: number): number[] {
  return [...new Array<number>(1 + READERS).fill(-1), ...new Array<number>(slots * PARTS).fill(0)];
}

export function load(word: number, label: string): Step {
  return { kind: 'load', word, label };
}

export function store(word: number, value: number, label: string): Step {
  return { kind: 'store', word, value, label };
}

/** W1: loads `published` and every pin; returns the first slot that none of them names, or -1. */
export function* freeSlot(slots: number): Operation {
  const taken = [yield load(PUBLISHED, 'W1')];
  for (let reader = 0; reader < READERS; reader++) taken.push(yield load(pinOf(reader), 'W1'));
  for (let slot = 0; slot < slots; slot++) if (!taken.includes(slot)) return slot;
  return -1;
}

/** W2: writes the parts of a slot, one after the other. */
export function* fill(slot: number, sequence: number): Operation {
  for (let part = 0; part < PARTS; part++) yield store(partOf(slot, part), sequence, 'W2');
  return slot;
}

/** A writer that publishes `publishes` frames. */
export function writer(publishes: number): Process {
  return {
    operations: publishes,
    firstCarry: 0,
    *run(operation) {
      const slot = yield* freeSlot(SLOTS);
      if (slot < 0) throw new Violation('the writer found no free slot');
      yield* fill(slot, operation + 1);
      yield store(PUBLISHED, slot, 'W3');
      return 0;
    },
  };
}

/** R1 to R4: returns the pinned slot, or -1 before the first frame. */
export function* acquire(reader: number): Operation {
  let slot = yield load(PUBLISHED, 'R1');
  if (slot < 0) return -1;
  for (;;) {
    yield store(pinOf(reader), slot, 'R2');
    const again = yield load(PUBLISHED, 'R3');
    if (again === slot) return slot;
    slot = again;
  }
}

/**
 * Reads a pinned slot part by part, forwards and back again, so that a change between any two steps shows.
 * Returns its sequence number.
 */
export function* readFrame(slot: number, lastSequence: number): Operation {
  const parts: number[] = [];
  for (let part = 0; part < PARTS; part++) parts.push(yield load(partOf(slot, part), 'read'));
  parts.push(yield load(partOf(slot, 0), 'read'));
  const sequence = parts[0]!;
  if (sequence === 0) throw new Violation('a reader got a frame that was never written');
  if (parts.some((part) => part !== sequence)) throw new Violation(`a reader saw a torn frame: ${parts}`);
  if (sequence < lastSequence) throw new Violation(`a reader went back from ${lastSequence} to ${sequence}`);
  return sequence;
}

/** R5. */
export function release(reader: number): Step {
  return store(pinOf(reader), -1, 'R5');
}

/** A reader that takes `reads` frames, and checks each of them. It remembers the last sequence number that it saw. */
export function reader(index: number, reads: number): Process {
  return {
    operations: reads,
    firstCarry: 0,
    *run(_operation, lastSequence) {
      const slot = yield* acquire(index);
      if (slot < 0) return lastSequence;
      const sequence = yield* readFrame(slot, lastSequence);
      yield release(index);
      return sequence;
    },
  };
}
