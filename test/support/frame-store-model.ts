import { type Process, type Step, type Steps, Violation } from './interleavings.js';

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

/** W1: loads `published` and every pin; returns the first of `slots` slots that none of them names, or -1. */
export function* freeSlot(slots: number): Steps<number> {
  const taken = [yield load(PUBLISHED, 'W1')];
  for (let reader = 0; reader < READERS; reader++) taken.push(yield load(pinOf(reader), 'W1'));
  for (let slot = 0; slot < slots; slot++) if (!taken.includes(slot)) return slot;
  return -1;
}

/** W2: writes the parts of a slot, one after the other. */
export function* fill(slot: number, sequence: number): Steps<void> {
  for (let part = 0; part < PARTS; part++) yield store(partOf(slot, part), sequence, 'W2');
}

/** What the writer knows: the frame that is next, and once it has chosen, the slot for it. */
export interface WriterMemory {
  readonly sequence: number;
  readonly slot: number | null;
}

/** The writer, up to the frame of sequence number `publishes`. */
export function writer(publishes: number): Process<WriterMemory> {
  return {
    start: { sequence: 1, slot: null },
    *run({ sequence, slot }) {
      if (slot === null) {
        const free = yield* freeSlot(SLOTS);
        if (free < 0) throw new Violation('the writer found no free slot');
        return { sequence, slot: free };
      }
      yield* fill(slot, sequence);
      yield store(PUBLISHED, slot, 'W3');
      return sequence < publishes ? { sequence: sequence + 1, slot: null } : null;
    },
  };
}

/** What a reader knows: what it is about, the slot that it wants or holds, and the newest sequence number that it has seen. */
export interface ReaderMemory {
  readonly at: 'begin' | 'pin' | 'hold';
  readonly slot: number;
  readonly last: number;
}

export const READER_START: ReaderMemory = { at: 'begin', slot: -1, last: 0 };

/** Reader `index`, which takes one frame after the other, for ever, and checks each. */
export function reader(index: number): Process<ReaderMemory> {
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
        // R4
        return again === memory.slot ? { ...memory, at: 'hold' } : { ...memory, slot: again };
      }
      return yield* useFrame(index, memory);
    },
  };
}

/** Reads the slot in `memory` part by part, forwards and back again, so that a change between any two steps shows; then R5. */
export function* useFrame(index: number, { slot, last }: ReaderMemory): Steps<ReaderMemory> {
  const sequence = yield load(partOf(slot, 0), 'read');
  if (sequence === 0) throw new Violation('a reader got a frame that was never written');
  if (sequence < last) throw new Violation(`a reader went back from ${last} to ${sequence}`);
  for (const part of [1, 0]) {
    const other = yield load(partOf(slot, part), 'read');
    if (other !== sequence) throw new Violation(`a reader saw a torn frame: ${sequence} and ${other}`);
  }
  yield store(pinOf(index), -1, 'R5');
  return { at: 'begin', slot: -1, last: sequence };
}
