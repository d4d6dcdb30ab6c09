import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { FrameReader, FrameWriter } from '../../src/shared/frame-store.js';
import { CACHE_LINE, initStore, storeLayout } from '../../src/shared/layout.js';
import { firstWords, READER_START, READERS, reader, SLOTS, writer } from '../support/frame-store-model.js';
import type { Process, Steps } from '../support/interleavings.js';
import { assertSameSteps, type Subject } from '../support/same-steps.js';

/** One operation on a store. Another operation may interrupt it before any of its accesses. */
interface Command {
  readonly kind: 'publish' | 'use';
  readonly reader: number;
  readonly brokenInto: { readonly before: number; readonly by: Command } | null;
}

/** Runs the operation that interrupts `command` when its access is reached. */
class Breaking {
  readonly #command: Command;
  readonly #run: (command: Command) => void;
  #count = 0;

  constructor(command: Command, run: (command: Command) => void) {
    this.#command = command;
    this.#run = run;
  }

  beforeAccess(): void {
    const { brokenInto } = this.#command;
    if (brokenInto !== null && brokenInto.before === this.#count++) this.#run(brokenInto.by);
  }
}

function createModel(): Subject<Command> {
  const words = firstWords(SLOTS);
  const accesses: string[] = [];
  let sequence = 0;

  function finish<Result>(steps: Steps<Result>, breaking: Breaking): Result {
    let result = steps.next(0);
    while (!result.done) {
      const step = result.value;
      // The parts of a slot are plain memory: the real store does not touch them with Atomics.
      const isWord = step.word <= READERS;
      if (isWord) breaking.beforeAccess();
      if (step.kind === 'store') words[step.word] = step.value;
      const value = words[step.word]!;
      if (isWord) accesses.push(`${step.kind} ${step.word} ${value}`);
      result = steps.next(value);
    }
    return result.value;
  }

  /** Runs a process from `from` until it is idle again. */
  function finishAll<Memory>(
    process: Process<Memory>,
    from: Memory,
    breaking: Breaking,
    isIdle: (memory: Memory) => boolean,
  ): void {
    let memory: Memory | null = from;
    do memory = finish(process.run(memory), breaking);
    while (memory !== null && !isIdle(memory));
  }

  function run(command: Command): void {
    const breaking = new Breaking(command, run);
    if (command.kind === 'publish') {
      const next = { sequence: ++sequence, slot: null };
      finishAll(writer(Number.POSITIVE_INFINITY), next, breaking, ({ slot }) => slot === null);
    } else {
      finishAll(reader(command.reader), READER_START, breaking, ({ at }) => at === 'begin');
    }
  }

  return { run, accesses };
}

function createReal(t: TestContext): Subject<Command> {
  const layout = storeLayout(CACHE_LINE, { readers: READERS, numbers: 2, bytesCapacity: 8 });
  const shared = new SharedArrayBuffer(layout.byteOffset + layout.byteLength);
  initStore(shared, layout);
  const realWriter = new FrameWriter(shared, layout);
  const realReaders = Array.from({ length: READERS }, (_, index) => new FrameReader(shared, layout, index));
  const accesses: string[] = [];
  let breaking: Breaking | null = null;
  let sequence = 0;

  function access(kind: 'load' | 'store', index: number, perform: () => number): number {
    breaking?.beforeAccess();
    const value = perform();
    accesses.push(`${kind} ${index / (CACHE_LINE / 4)} ${value}`);
    return value;
  }

  function run(command: Command): void {
    const outer = breaking;
    breaking = new Breaking(command, run);
    if (command.kind === 'publish') {
      const slot = realWriter.begin();
      slot.numbers.fill(++sequence);
      realWriter.publish(slot, 0);
    } else {
      const slot = realReaders[command.reader]!.acquire();
      if (slot !== null) {
        assert.deepEqual([...slot.numbers], [slot.sequence, slot.sequence]);
        realReaders[command.reader]!.release();
      }
    }
    breaking = outer;
  }

  const { load, store } = Atomics;
  t.mock.method(Atomics, 'load', (words: Int32Array, index: number) =>
    access('load', index, () => load(words, index)),
  );
  t.mock.method(Atomics, 'store', (words: Int32Array, index: number, value: number) =>
    access('store', index, () => store(words, index, value)),
  );
  return { run, accesses };
}

function stepsOf(t: TestContext, commands: readonly Command[]): readonly string[] {
  return assertSameSteps(t, { model: createModel(), real: createReal(t) }, commands);
}

const publish: Command = { kind: 'publish', reader: 0, brokenInto: null };

function use(index: number, brokenInto: Command['brokenInto'] = null): Command {
  return { kind: 'use', reader: index, brokenInto };
}

/** Commands that interrupt one another: readers interrupt the writer and the other reader, the writer interrupts readers. */
const command: fc.Arbitrary<Command> = fc.letrec<{ command: Command }>((tie) => ({
  command: fc.record({
    kind: fc.constantFrom('publish', 'use'),
    reader: fc.nat(READERS - 1),
    brokenInto: fc.option(fc.record({ before: fc.nat(6), by: tie('command') }), {
      maxDepth: 3,
      depthSize: 'small',
    }),
  }),
})).command;

/** A thread does one thing at a time: neither the writer nor a reader interrupts itself. */
function isPossible({ kind, reader: index, brokenInto }: Command, busy: readonly string[] = []): boolean {
  const who = kind === 'publish' ? 'writer' : `reader ${index}`;
  return !busy.includes(who) && (brokenInto === null || isPossible(brokenInto.by, [...busy, who]));
}

describe('frame store, implementation against model', () => {
  it('publishes with the steps W1, W1, W1, W3', (t) => {
    assert.deepEqual(stepsOf(t, [publish]), ['load 0 -1', 'load 1 -1', 'load 2 -1', 'store 0 0']);
  });

  it('reads with the steps R1, R2, R3, R5', (t) => {
    const accesses = stepsOf(t, [publish, use(1)]);
    assert.deepEqual(accesses.slice(4), ['load 0 0', 'store 2 0', 'load 0 0', 'store 2 -1']);
  });

  it('only loads the published word of an empty store', (t) => {
    assert.deepEqual(stepsOf(t, [use(0)]), ['load 0 -1']);
  });

  it('pins again when a frame is published between the two loads', (t) => {
    const accesses = stepsOf(t, [publish, use(0, { before: 2, by: publish })]);
    const writing = ['load 0 0', 'load 1 0', 'load 2 -1', 'store 0 1'];
    assert.deepEqual(accesses.slice(4), [
      'load 0 0',
      'store 1 0',
      ...writing,
      'load 0 1',
      'store 1 1',
      'load 0 1',
      'store 1 -1',
    ]);
  });

  it('has a complete frame in the slot at the step that publishes it', (t) => {
    const layout = storeLayout(0, { readers: READERS, numbers: 2, bytesCapacity: 8 });
    const shared = new SharedArrayBuffer(layout.byteLength);
    initStore(shared, layout);
    const realWriter = new FrameWriter(shared, layout);
    const realReader = new FrameReader(shared, layout, 0);
    const seen: number[][] = [];
    const { store } = Atomics;
    t.mock.method(Atomics, 'store', (words: Int32Array, index: number, value: number) => {
      store(words, index, value);
      if (index === 0) {
        realReader.read((slot) =>
          seen.push([slot.sequence, slot.byteLength, ...slot.numbers, ...slot.view()]),
        );
      }
      return value;
    });
    for (const sequence of [1, 2, 3]) {
      const slot = realWriter.begin();
      slot.numbers.fill(sequence);
      slot.bytes.fill(sequence);
      realWriter.publish(slot, 2);
    }
    assert.deepEqual(seen, [
      [1, 2, 1, 1, 1, 1],
      [2, 2, 2, 2, 2, 2],
      [3, 2, 3, 3, 3, 3],
    ]);
  });

  it('takes the same steps as the model under any interruption', (t) => {
    fc.assert(
      fc.property(
        fc.array(
          command.filter((one) => isPossible(one)),
          { maxLength: 12 },
        ),
        (commands) => {
          stepsOf(t, [publish, ...commands]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
