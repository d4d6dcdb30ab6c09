import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { FrameReader, FrameWriter, type Slot } from '../../src/shared/frame-store.js';
import { CACHE_LINE, type StoreLayout, storeLayout } from '../../src/shared/layout.js';

/**
 * The threads of test/unit/frame-store-stress.test.ts: one writer at full speed, and readers that check whatever they get.
 * All that a frame holds follows from its sequence number. This file is started as a worker, once for each thread.
 */

export const STRESS_READERS = 2;
/** What stands before and behind the store, and must stay. */
export const CANARY_BYTES = 4 * CACHE_LINE;
export const CANARY = 0xa5;

/** Words by which the threads wait for each other; they are no part of the store. */
export const PROGRESS = { ready: 0, published: 1, lastSequence: 2, distinct: 3 } as const;
export const PROGRESS_WORDS = 3 + STRESS_READERS;

export interface StressTask {
  readonly role: 'writer' | 'reader';
  readonly index: number;
  readonly seed: number;
  readonly store: SharedArrayBuffer;
  readonly progress: SharedArrayBuffer;
  /** How often the writer publishes at full speed. */
  readonly publishes: number;
  /** How many frames each reader should see: what it lacks then, it gets one by one. */
  readonly distinct: number;
}

export type StressReport =
  | { readonly role: 'writer'; readonly published: number; readonly seenAtFullSpeed: readonly number[] }
  | {
      readonly role: 'reader';
      readonly distinct: number;
      /** Frames that were published while the reader held its pin, in the most eventful hold. */
      readonly mostDuringHold: number;
      readonly lastSequence: number;
      readonly fault: string | null;
    };

export function stressLayout(): StoreLayout {
  // A length that is no multiple of anything, so that a write too many would hit padding or the next slot.
  return storeLayout(CANARY_BYTES, { readers: STRESS_READERS, numbers: 29, bytesCapacity: 701 });
}

/** A generator of 32-bit numbers with a seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

function lengthOf(sequence: number, capacity: number): number {
  return (sequence * 7_919) % (capacity + 1);
}

function fillSlot(slot: Slot, sequence: number): number {
  for (let i = 0; i < slot.numbers.length; i++) slot.numbers[i] = sequence * 1_000 + i;
  const length = lengthOf(sequence, slot.bytes.length);
  for (let i = 0; i < length; i++) slot.bytes[i] = (sequence * 31 + i) & 255;
  return length;
}

/** What is wrong with the frame that a reader holds; null: nothing. */
export function faultOf(slot: Slot): string | null {
  const { sequence } = slot;
  for (let i = 0; i < slot.numbers.length; i++) {
    if (slot.numbers[i] !== sequence * 1_000 + i)
      return `frame ${sequence}: number ${i} is ${slot.numbers[i]}`;
  }
  const view = slot.view();
  const length = lengthOf(sequence, slot.bytes.length);
  if (view.length !== length) return `frame ${sequence}: ${view.length} bytes, expected ${length}`;
  for (let i = 0; i < length; i++) {
    if (view[i] !== ((sequence * 31 + i) & 255)) return `frame ${sequence}: byte ${i} is ${view[i]}`;
  }
  return slot.sequence === sequence ? null : `frame ${sequence} turned into ${slot.sequence}`;
}

function write(task: StressTask, progress: Int32Array): StressReport {
  const writer = new FrameWriter(task.store, stressLayout());
  let sequence = 0;
  const publish = (): void => {
    const slot = writer.begin();
    writer.publish(slot, fillSlot(slot, ++sequence));
    Atomics.store(progress, PROGRESS.published, sequence);
  };
  while (sequence < task.publishes) publish();
  const seenAtFullSpeed = [...progress.subarray(PROGRESS.distinct)];
  for (let word = PROGRESS.distinct; word < PROGRESS_WORDS; word++) {
    for (let seen = Atomics.load(progress, word); seen < task.distinct; seen = Atomics.load(progress, word)) {
      publish();
      Atomics.wait(progress, word, seen);
    }
  }
  Atomics.store(progress, PROGRESS.lastSequence, sequence);
  return { role: 'writer', published: sequence, seenAtFullSpeed };
}

function read(task: StressTask, progress: Int32Array): StressReport {
  const reader = new FrameReader(task.store, stressLayout(), task.index);
  const random = randomFrom(task.seed);
  const tell = (count: number): void => {
    Atomics.store(progress, PROGRESS.distinct + task.index, count);
    Atomics.notify(progress, PROGRESS.distinct + task.index);
  };
  let distinct = 0;
  let mostDuringHold = 0;
  let published = 0;
  let lastSequence = 0;
  let fault: string | null = null;
  while (fault === null) {
    const end = Atomics.load(progress, PROGRESS.lastSequence);
    const slot = reader.acquire();
    if (slot !== null) {
      const { sequence } = slot;
      if (sequence < lastSequence) fault = `went back from ${lastSequence} to ${sequence}`;
      fault ??= faultOf(slot);
      if (sequence > lastSequence) tell(++distinct);
      lastSequence = sequence;
      // Hold the pin for a while, now and then for a long one, and look again.
      const before = Atomics.load(progress, PROGRESS.published);
      for (let turns = random() % (random() % 64 === 0 ? 20_000 : 200); turns > 0; turns--) {
        published = Atomics.load(progress, PROGRESS.published);
      }
      mostDuringHold = Math.max(mostDuringHold, published - before);
      fault ??= slot.sequence === sequence ? faultOf(slot) : `frame ${sequence} turned into ${slot.sequence}`;
      reader.release();
    }
    if (end > 0 && lastSequence === end) break;
  }
  // Even a reader that found a fault keeps nobody waiting.
  tell(Math.max(distinct, task.distinct));
  return { role: 'reader', distinct, mostDuringHold, lastSequence, fault };
}

/** Runs a thread's part, once all threads are there. */
function runThread(task: StressTask, port: MessagePort): void {
  const progress = new Int32Array(task.progress);
  const threads = STRESS_READERS + 1;
  if (Atomics.add(progress, PROGRESS.ready, 1) + 1 === threads) Atomics.notify(progress, PROGRESS.ready);
  for (let ready = Atomics.load(progress, PROGRESS.ready); ready < threads; ) {
    Atomics.wait(progress, PROGRESS.ready, ready);
    ready = Atomics.load(progress, PROGRESS.ready);
  }
  port.postMessage(task.role === 'writer' ? write(task, progress) : read(task, progress));
}

if (parentPort !== null && (workerData as Partial<StressTask> | null)?.progress !== undefined) {
  runThread(workerData as StressTask, parentPort);
}
