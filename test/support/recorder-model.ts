import { type Process, type Step, type Steps, Violation } from './interleavings.js';

/**
 * The algorithm of src/shared/recorder.ts, step by step. Its words: `begun`, `done`, then for each place of the ring two words, a time and
 * a value, which stand for all that a row holds; last, a word that tells that the writer died. A row has a serial number, counted from 1, and is written as twice that, plus 1 by the
 * writer that takes over from another; a whole row has the same in both words.
 */

export const BEGUN = 0;
export const DONE = 1;
const PARTS = 2;

/** A ring of `capacity` rows, of which the first `written` have been written already; numbers start again at `cycle`. */
export interface RingModel {
  readonly capacity: number;
  readonly cycle: number;
  readonly written: number;
}

export function partOf(place: number, part: number): number {
  return 2 + place * PARTS + part;
}

/** 1: the writer died. */
function deadOf({ capacity }: RingModel): number {
  return partOf(capacity, 0);
}

/** The words of a ring that has come so far; a place without a row holds 0. */
export function firstWords({ capacity, cycle, written }: RingModel): number[] {
  const words = [written % cycle, written % cycle, ...new Array<number>(capacity * PARTS + 1).fill(0)];
  for (let serial = Math.max(1, written - capacity + 1); serial <= written; serial++)
    for (let part = 0; part < PARTS; part++) words[partOf((serial - 1) % capacity, part)] = 2 * serial;
  return words;
}

export function load(word: number, label: string): Step {
  return { kind: 'load', word, label };
}

export function store(word: number, value: number, label: string): Step {
  return { kind: 'store', word, value, label };
}

/** The serial number of the row before number `number`, which is at most a cycle behind the first words. */
export function serialBefore({ cycle, written }: RingModel, number: number): number {
  return written + ((((number - written) % cycle) + cycle) % cycle);
}

/** What a writer knows: the row that is next; null before it has looked. */
export interface WriterMemory {
  readonly serial: number | null;
}

/** W1 to W3. `mark` is added to what the row's words hold. */
export function* append({ capacity, cycle }: RingModel, serial: number, mark: number): Steps<void> {
  yield store(BEGUN, serial % cycle, 'W1');
  yield* fill((serial - 1) % capacity, serial, mark);
  yield store(DONE, serial % cycle, 'W3');
}

/** W2: the time first, as the real one does. */
export function* fill(place: number, serial: number, mark: number): Steps<void> {
  for (let part = 0; part < PARTS; part++) yield store(partOf(place, part), 2 * serial + mark, 'W2');
}

/** How a writer does its work, where it goes on, and what it adds to the words of its rows. */
interface WriterWays {
  readonly steps?: typeof append;
  readonly behind?: number;
  readonly mark?: number;
}

/** The writer, up to the row of serial number `last`. It goes on behind what is `done`. */
export function writer(
  ring: RingModel,
  last: number,
  { steps = append, behind = DONE, mark = 0 }: WriterWays = {},
): Process<WriterMemory> {
  return {
    start: { serial: null },
    *run({ serial }) {
      if (serial === null) return { serial: serialBefore(ring, yield load(behind, 'W0')) + 1 };
      if (serial > last) return null;
      yield* steps(ring, serial, mark);
      return { serial: serial + 1 };
    },
  };
}

/** What a writer that will die knows. */
export interface DyingMemory {
  readonly writer: WriterMemory;
  /** So many steps it has left. */
  readonly steps: number;
}

/** The same writer, but that it dies after so many steps. */
export function dying(
  ring: RingModel,
  { start, run }: Process<WriterMemory>,
  steps: number,
): Process<DyingMemory> {
  return {
    start: { writer: start, steps },
    *run(memory) {
      const work = run(memory.writer);
      let left = memory.steps;
      let result = work.next(0);
      while (!result.done) {
        if (left-- === 0) {
          yield store(deadOf(ring), 1, 'dies');
          return null;
        }
        result = work.next(yield result.value);
      }
      return result.value === null ? null : { writer: result.value, steps: left };
    },
  };
}

/** A writer that waits until the one before it is dead. */
export function takingOver(
  ring: RingModel,
  last: number,
  ways: WriterWays = {},
): Process<WriterMemory | 'waiting'> {
  const { start, run } = writer(ring, last, { ...ways, mark: 1 });
  return {
    start: 'waiting',
    *run(memory) {
      if (memory !== 'waiting') return yield* run(memory);
      return (yield load(deadOf(ring), 'wait')) === 0 ? memory : start;
    },
  };
}

/** Counts how often a reader began anew since it returned something. */
export interface ReaderMemory {
  readonly again: number;
}

/** What a reader copied: times and values, oldest first. */
export interface Copied {
  readonly times: readonly number[];
  readonly values: readonly number[];
}

/** The place of the row that is `back` rows before number `end`. */
function placeOf({ capacity, cycle }: RingModel, end: number, back: number): number {
  return ((end - back + cycle) % cycle) % capacity;
}

/** R2, the search: how many rows before `end` are of `from` or newer, so far as can be told. */
export function* search(ring: RingModel, end: number, from: number): Steps<number> {
  let enough = 0;
  let tooMany = ring.capacity + 1;
  while (tooMany - enough > 1) {
    const rows = (enough + tooMany) >> 1;
    // A place without a row holds NaN, which no time is.
    const time = yield load(partOf(placeOf(ring, end, rows), 0), 'R2');
    if (time > 0 && time >= from) enough = rows;
    else tooMany = rows;
  }
  return enough;
}

/** R2, the copy: column by column. */
export function* copy(ring: RingModel, end: number, rows: number): Steps<Copied> {
  const columns: number[][] = [];
  for (let part = 0; part < PARTS; part++) {
    const column: number[] = [];
    for (let back = rows; back > 0; back--)
      column.push(yield load(partOf(placeOf(ring, end, back), part), 'R2'));
    columns.push(column);
  }
  return { times: columns[0]!, values: columns[1]! };
}

/** R5: without the rows that may have been overwritten, and without those that are too old. */
export function whole(
  { times, values }: Copied,
  overwritten: number,
  capacity: number,
  from: number,
): Copied {
  let drop = Math.max(0, times.length + overwritten - capacity);
  while (drop < times.length && times[drop]! < from) drop++;
  return { times: times.slice(drop), values: values.slice(drop) };
}

export function distance({ cycle }: RingModel, earlier: number, later: number): number {
  return (later - earlier + cycle) % cycle;
}

/** A reader that asks for the rows of serial number `fromSerial` and newer, again and again, for ever, and checks each answer. */
export function reader(ring: RingModel, fromSerial: number): Process<ReaderMemory> {
  const from = 2 * fromSerial;
  return {
    start: { again: 0 },
    *run(memory) {
      const end = yield load(DONE, 'R1');
      const copied = yield* copy(ring, end, yield* search(ring, end, from));
      const overwritten = distance(ring, end, yield load(BEGUN, 'R3'));
      if (overwritten >= ring.capacity && (yield load(DONE, 'R4')) !== end) return beginAnew(memory);
      check(ring, fromSerial, end, overwritten, whole(copied, overwritten, ring.capacity, from));
      return { again: 0 };
    },
  };
}

/** A whole ring must have been written each time; in these models that happens a few times only. */
const MOST_TRIES = 15;

/** Back to R1. */
export function beginAnew({ again }: ReaderMemory): ReaderMemory {
  if (again === MOST_TRIES) throw new Violation('a reader begins anew for ever');
  return { again: again + 1 };
}

/** Exactly the rows that were asked for and are not overwritten, each of them whole, in order. */
export function check(
  ring: RingModel,
  fromSerial: number,
  end: number,
  overwritten: number,
  { times, values }: Copied,
): void {
  for (let i = 0; i < times.length; i++)
    if (times[i] !== values[i]) throw new Violation(`a torn row: ${times[i]} and ${values[i]}`);
  // A ring of one row has none while that is written.
  if (overwritten >= ring.capacity && ring.capacity > 1)
    throw new Violation('nothing, out of a ring that is full');
  const newest = serialBefore(ring, end);
  const oldest = Math.max(1, fromSerial, newest + overwritten - ring.capacity + 1);
  const expected = Array.from({ length: Math.max(0, newest - oldest + 1) }, (_, i) => oldest + i);
  const serials = times.map((time) => Math.floor(time / 2));
  if (serials.join() !== expected.join())
    throw new Violation(`rows ${serials.join(' ')} in place of rows ${expected.join(' ')}`);
}
