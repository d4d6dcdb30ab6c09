import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createLocalStates, type Exploration, explore, type LocalState } from '../support/interleavings.js';
import {
  BEGUN,
  dying,
  firstWords,
  type RingModel,
  reader,
  takingOver,
  writer,
} from '../support/recorder-model.js';
import * as wrong from '../support/recorder-wrong.js';

interface Numbers {
  readonly capacity: number;
  readonly cycle: number;
}
type MakeReader = typeof reader;

/** Rings of 1 to 4 rows. */
const RINGS: readonly Numbers[] = [
  { capacity: 1, cycle: 5 },
  { capacity: 2, cycle: 6 },
  { capacity: 3, cycle: 6 },
  { capacity: 4, cycle: 8 },
];
/** A dying writer dies before one of these steps: W0, the four of its first row, the W1 of the next, and what follows. */
const STEPS_BEFORE_DEATH = 6;

/** The ring when nothing is written, when it is full, and before its numbers wrap around. */
function ringsOf(numbers: Numbers): RingModel[] {
  return [0, numbers.capacity, numbers.cycle - 2].map((written) => ({ ...numbers, written }));
}

/** One row fewer than there are numbers: a reader that sleeps through a whole cycle has no guarantee. */
function lastRow({ cycle, written }: RingModel): number {
  return written + cycle - 1;
}

function exploreOne(ring: RingModel, from: number, make: MakeReader = reader, ways = {}): Exploration {
  const processes = [writer(ring, lastRow(ring), ways)].map(createLocalStates);
  return explore(firstWords(ring), [...processes, createLocalStates(make(ring, from))]);
}

/** A writer that dies after `steps` steps, and its successor if `takenOver`. */
function exploreDeath(
  ring: RingModel,
  from: number,
  steps: number,
  { make = reader, ways = {}, takenOver = true }: { make?: MakeReader; ways?: object; takenOver?: boolean },
): Exploration {
  const last = lastRow(ring);
  const processes: LocalState[] = [
    createLocalStates(make(ring, from)),
    createLocalStates(dying(ring, writer(ring, last), steps)),
  ];
  if (takenOver) processes.push(createLocalStates(takingOver(ring, last, ways)));
  return explore(firstWords(ring), processes);
}

/** The first requested row: the newest one, the oldest one, or one that is not written yet. */
function startsOf({ written }: RingModel): [number, number, number] {
  return [Math.max(1, written), 1, written + 2];
}

interface Sum {
  states: number;
  transitions: number;
}

function assertRight(exploration: Exploration, sum: Sum, ended: number): void {
  const { violation } = exploration;
  assert.equal(
    violation,
    null,
    violation === null ? '' : `${violation.message}\n${violation.trace.join('\n')}`,
  );
  assert.ok(exploration.ended[ended]! > 0, 'the writer never came to its end');
  sum.states += exploration.states;
  sum.transitions += exploration.transitions;
}

function assertCaught(explorations: Iterable<Exploration>, message: RegExp): void {
  let states = 0;
  for (const { violation, states: more } of explorations) {
    states += more;
    if (violation === null) continue;
    assert.match(violation.message, message);
    return;
  }
  assert.fail(`not caught in ${states} states`);
}

/** All rings, and all starts. */
function* everywhere(explore: (ring: RingModel, from: number) => Exploration): Generator<Exploration> {
  for (const numbers of RINGS)
    for (const ring of ringsOf(numbers)) for (const from of startsOf(ring)) yield explore(ring, from);
}

describe('flight recorder, every interleaving of a writer and a reader', () => {
  for (const numbers of RINGS) {
    const name = `a ring of ${numbers.capacity}`;

    it(`${name}: returns exactly the requested rows that still exist, all complete`, (t) => {
      const sum: Sum = { states: 0, transitions: 0 };
      for (const ring of ringsOf(numbers))
        for (const from of startsOf(ring)) assertRight(exploreOne(ring, from), sum, 0);
      t.diagnostic(`${sum.states} states, ${sum.transitions} steps`);
    });

    it(`${name}: a writer that dies at any step blocks no reader, and another takes over`, (t) => {
      const sum: Sum = { states: 0, transitions: 0 };
      for (const ring of ringsOf(numbers))
        for (let steps = 0; steps <= STEPS_BEFORE_DEATH; steps++)
          assertRight(exploreDeath(ring, startsOf(ring)[0], steps, {}), sum, 2);
      t.diagnostic(`${sum.states} states, ${sum.transitions} steps`);
    });
  }
});

describe('flight recorder, wrong variants that the model must catch', () => {
  const wrongRows = /torn row|in place of/;

  it('a writer that announces nothing', () => {
    assertCaught(
      everywhere((ring, from) => exploreOne(ring, from, reader, { steps: wrong.appendUnannounced })),
      wrongRows,
    );
  });

  it('a writer that marks a row as done when it begins', () => {
    assertCaught(
      everywhere((ring, from) => exploreOne(ring, from, reader, { steps: wrong.appendDoneFirst })),
      wrongRows,
    );
  });

  it('a writer that continues after a row that another did not finish', () => {
    assertCaught(
      everywhere((ring, from) => exploreDeath(ring, from, 3, { ways: { behind: BEGUN } })),
      /torn row|in place of|out of a ring that is full/,
    );
  });

  it('numbers that wrap around in the middle of the ring', () => {
    const ring: RingModel = { capacity: 2, cycle: 5, written: 4 };
    assertCaught([exploreOne(ring, 1, reader, { steps: wrong.appendByNumber })], wrongRows);
  });

  it('a reader that sleeps through a whole cycle of numbers', () => {
    const ring: RingModel = { capacity: 2, cycle: 4, written: 2 };
    const processes = [createLocalStates(writer(ring, 7)), createLocalStates(reader(ring, 1))];
    assertCaught([explore(firstWords(ring), processes)], wrongRows);
  });

  const readers: readonly [what: string, make: MakeReader, message: RegExp][] = [
    ['looks at what was begun before it copies', wrong.readerThatLooksFirst, wrongRows],
    ['looks at what is done behind the copy', wrong.readerOfTheDone, wrongRows],
    ['drops one row too few', wrong.readerThatDropsOneTooFew, wrongRows],
    ['trusts what it found while rows were overwritten', wrong.readerThatTrustsItsSearch, /in place of/],
    ['gives up when all was overwritten', wrong.readerThatNeverBeginsAnew, /out of a ring that is full/],
  ];
  for (const [what, make, message] of readers) {
    it(`a reader that ${what}`, () => {
      assertCaught(
        everywhere((ring, from) => exploreOne(ring, from, make)),
        message,
      );
    });
  }

  it('a reader that waits for a writer, which may be dead', () => {
    const waits = { make: wrong.readerThatWaits, takenOver: false };
    assertCaught(
      everywhere((ring, from) => exploreDeath(ring, from, 3, waits)),
      /begins anew for ever/,
    );
  });

  it('none in the correct parts of the wrong readers', () => {
    for (const { violation } of everywhere((ring, from) => exploreOne(ring, from, wrong.readerOfParts)))
      assert.equal(violation, null);
  });
});
