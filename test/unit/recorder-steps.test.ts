import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { RecorderReader, RecorderWriter } from '../../src/shared/recorder.js';
import type { Steps } from '../support/interleavings.js';
import { append, BEGUN, check, DONE, firstWords, type RingModel, reader } from '../support/recorder-model.js';
import { createRing, cycleOf, rowOf } from '../support/recorders.js';
import { assertSameSteps, type Subject } from '../support/same-steps.js';

const CAPACITY = 3;
/** Two fewer rows are written than there are numbers, so that the numbers wrap around soon. */
const RING: RingModel = { capacity: CAPACITY, cycle: cycleOf(CAPACITY), written: cycleOf(CAPACITY) - 2 };

/** One operation on a ring: append the next row, or read the rows from a serial number on. It may be interrupted. */
interface Command {
  readonly kind: 'append' | 'since';
  /** How many rows before the first unwritten one. */
  readonly back: number;
  /** Before its first access to a word (0), after that (1), before the second (2), and so on. */
  readonly brokenInto: { readonly at: number; readonly by: readonly Command[] } | null;
}

/** Runs the commands that interrupt a command when its access is reached. */
function breaking({ brokenInto }: Command, run: (command: Command) => void): () => void {
  let count = 0;
  return () => {
    if (brokenInto !== null && brokenInto.at === count++) for (const by of brokenInto.by) run(by);
  };
}

function createModel(): Subject<Command> {
  const words = firstWords(RING);
  const accesses: string[] = [];
  let serial = RING.written;

  function finish<Result>(steps: Steps<Result>, breakInto: () => void): Result {
    let result = steps.next(0);
    while (!result.done) {
      const { kind, word } = result.value;
      // The rows are plain memory: the real ring does not touch them with Atomics.
      if (word <= DONE) breakInto();
      if (result.value.kind === 'store') words[word] = result.value.value;
      const value = words[word]!;
      if (word <= DONE) {
        accesses.push(`${kind} ${word === BEGUN ? 'begun' : 'done'} ${value}`);
        breakInto();
      }
      result = steps.next(value);
    }
    return result.value;
  }

  function run(command: Command): void {
    const breakInto = breaking(command, run);
    if (command.kind === 'append') {
      finish(append(RING, ++serial, 0), breakInto);
      return;
    }
    const { start, run: tryOnce } = reader(RING, serial + 1 - command.back);
    let memory = finish(tryOnce(start), breakInto);
    while (memory !== null && memory.again > 0) memory = finish(tryOnce(memory), breakInto);
  }

  return { run, accesses };
}

/** What a command of the real ring has loaded itself. */
interface Loaded {
  done: number;
  /** `done` before the newest load of `begun`, which is R1 before R3, and what that load returned. */
  end: number;
  touched: number;
}

function createReal(t: TestContext): Subject<Command> {
  const shared = createRing(CAPACITY, RING.written - CAPACITY);
  const writer = new RecorderWriter(shared);
  const recorder = new RecorderReader(shared);
  const accesses: string[] = [];
  let breakInto = () => {};
  let loaded: Loaded = { done: 0, end: 0, touched: 0 };
  let serial = RING.written - CAPACITY;

  function writeNext(): void {
    serial++;
    writer.append(2 * serial, serial, rowOf(serial % 1_000));
  }

  function since(from: number): void {
    const { monoMs, wallMs, columns } = recorder.since(2 * from);
    const overwritten = (loaded.touched - loaded.end + RING.cycle) % RING.cycle;
    const values = [...wallMs].map((wall) => 2 * wall);
    check(RING, from, loaded.end, overwritten, { times: [...monoMs], values });
    for (const [i, column] of columns.entries()) {
      const expected = [...wallMs].map((wall) => (wall % 1_000) + i);
      assert.deepEqual([...column], expected);
    }
  }

  function run(command: Command): void {
    const outer = { breakInto, loaded };
    breakInto = breaking(command, run);
    loaded = { done: 0, end: 0, touched: 0 };
    if (command.kind === 'append') writeNext();
    else since(serial + 1 - command.back);
    ({ breakInto, loaded } = outer);
  }

  function access(kind: 'load' | 'store', index: number, perform: () => number): number {
    breakInto();
    const value = perform();
    accesses.push(`${kind} ${index === 0 ? 'begun' : 'done'} ${value}`);
    breakInto();
    return value;
  }

  while (serial < RING.written) writeNext();
  const { load, store, exchange, add } = Atomics;
  t.mock.method(Atomics, 'load', (words: Int32Array, index: number) =>
    access('load', index, () => {
      loaded.done = load(words, index);
      return loaded.done;
    }),
  );
  t.mock.method(Atomics, 'add', (words: Int32Array, index: number, value: number) =>
    access('load', index, () => {
      loaded.end = loaded.done;
      loaded.touched = add(words, index, value);
      return loaded.touched;
    }),
  );
  const storing = (perform: typeof store) => (words: Int32Array, index: number, value: number) =>
    access('store', index, () => {
      perform(words, index, value);
      return value;
    });
  t.mock.method(Atomics, 'store', storing(store));
  t.mock.method(Atomics, 'exchange', storing(exchange));
  return { run, accesses };
}

function stepsOf(t: TestContext, commands: readonly Command[]): readonly string[] {
  return assertSameSteps(t, { model: createModel(), real: createReal(t) }, commands);
}

const appendOne: Command = { kind: 'append', back: 0, brokenInto: null };

function since(back: number, brokenInto: Command['brokenInto'] = null): Command {
  return { kind: 'since', back, brokenInto };
}

/** Commands that interrupt one another: readers interrupt the writer and readers, the writer interrupts readers. */
const anyCommand: fc.Arbitrary<Command> = fc.letrec<{ command: Command }>((tie) => ({
  command: fc.record({
    kind: fc.constantFrom('append', 'since'),
    back: fc.nat(CAPACITY + 1),
    brokenInto: fc.option(
      fc.record({ at: fc.nat(6), by: fc.array(tie('command'), { maxLength: CAPACITY + 2 }) }),
      { maxDepth: 3, depthSize: 'small' },
    ),
  }),
})).command;

/** The writer does one thing at a time: it does not interrupt itself. */
function isPossible({ kind, brokenInto }: Command, isWriting = false): boolean {
  if (kind === 'append' && isWriting) return false;
  return brokenInto?.by.every((one) => isPossible(one, isWriting || kind === 'append')) ?? true;
}

describe('flight recorder, implementation against model', () => {
  const number = (behind: number): number => (RING.written + behind) % RING.cycle;

  it('appends with the steps W1, W3, and wraps around to 0', (t) => {
    assert.deepEqual(stepsOf(t, [appendOne, appendOne]), [
      `store begun ${number(1)}`,
      `store done ${number(1)}`,
      'store begun 0',
      'store done 0',
    ]);
  });

  it('reads with the steps R1, R3', (t) => {
    const accesses = stepsOf(t, [since(1)]);
    assert.deepEqual(accesses, [`load done ${number(0)}`, `load begun ${number(0)}`]);
  });

  it('drops rows older than requested that it found while rows were overwritten', (t) => {
    const accesses = stepsOf(t, [since(0, { at: 1, by: [appendOne, appendOne] })]);
    assert.deepEqual(accesses.slice(-1), ['load begun 0']);
  });

  it('starts over when all copied rows were overwritten', (t) => {
    const by = [appendOne, appendOne, appendOne];
    const accesses = stepsOf(t, [since(CAPACITY, { at: 1, by })]);
    assert.deepEqual(accesses.slice(-4), ['load begun 1', 'load done 1', 'load done 1', 'load begun 1']);
  });

  it('takes the steps and returns the rows of the model under any interruption', (t) => {
    fc.assert(
      fc.property(
        fc.array(
          anyCommand.filter((one) => isPossible(one)),
          { maxLength: 12 },
        ),
        (commands) => {
          stepsOf(t, commands);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
