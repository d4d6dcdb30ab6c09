import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { firstWords, partOf, reader, SLOTS, writer } from '../support/frame-store-model.js';
import * as wrong from '../support/frame-store-wrong.js';
import { createLocalStates, type Exploration, explore, type LocalState } from '../support/interleavings.js';

/** Enough for each slot to be filled more than once, whichever slots the pins leave to the writer. */
const PUBLISHES = 6;

const goodWriter = (): LocalState => createLocalStates(writer(PUBLISHES));
const goodReader = (index: number): LocalState => createLocalStates(reader(index));

/** Explores a broken writer or reader among correct ones. */
function exploreWrong(parts: { writer?: LocalState; reader?: LocalState }): Exploration {
  const processes = [parts.writer ?? goodWriter(), parts.reader ?? goodReader(0), goodReader(1)];
  return explore(firstWords(SLOTS), processes);
}

function assertCaught(exploration: Exploration, message: RegExp): void {
  assert.ok(exploration.violation !== null, `not caught in ${exploration.states} states`);
  assert.match(exploration.violation.message, message);
}

describe('frame store, every interleaving of one writer and two readers', () => {
  it('shows only whole frames, in order, and the writer always finds a free slot', (t) => {
    const fills = Array.from({ length: SLOTS }, () => new Set<number>());
    const exploration = explore(firstWords(SLOTS), [goodWriter(), goodReader(0), goodReader(1)], (words) => {
      for (let slot = 0; slot < SLOTS; slot++) fills[slot]!.add(words[partOf(slot, 0)]!);
    });
    t.diagnostic(
      `${exploration.states} states, ${exploration.transitions} steps; ` +
        `the writer has ended in ${exploration.ended[0]} of the states`,
    );
    assert.equal(exploration.violation, null, exploration.violation?.trace.join('\n'));
    assert.ok(exploration.states > 1_000_000, `only ${exploration.states} states`);
    assert.ok(exploration.ended[0]! > 0, 'the writer never came to its end');
    for (const [slot, sequences] of fills.entries()) {
      assert.ok(sequences.size > 2, `slot ${slot} was never used again: ${[...sequences]}`);
    }
  });
});

describe('frame store, wrong variants that the model must catch', () => {
  const torn = /torn frame|never written|went back/;

  it('a reader without the second load', () => {
    assertCaught(exploreWrong({ reader: createLocalStates(wrong.readerWithoutSecondLoad(0)) }), torn);
  });

  it('a reader that pins after it has checked', () => {
    assertCaught(exploreWrong({ reader: createLocalStates(wrong.readerThatPinsLast(0)) }), torn);
  });

  it('a reader that takes the newer slot without pinning it', () => {
    assertCaught(exploreWrong({ reader: createLocalStates(wrong.readerThatDoesNotPinAgain(0)) }), torn);
  });

  it('a reader that releases before it has read everything', () => {
    assertCaught(exploreWrong({ reader: createLocalStates(wrong.readerThatReleasesEarly(0)) }), torn);
  });

  it('one slot too few: the writer finds none', () => {
    assertCaught(
      exploreWrong({ writer: createLocalStates(wrong.writerWithTooFewSlots(PUBLISHES)) }),
      /no free slot/,
    );
  });

  it('one slot too few, and a writer that takes a pinned one', () => {
    assertCaught(
      exploreWrong({ writer: createLocalStates(wrong.writerThatTakesAPinnedSlot(PUBLISHES)) }),
      torn,
    );
  });

  it('a writer that may take the published slot', () => {
    assertCaught(
      exploreWrong({ writer: createLocalStates(wrong.writerThatForgetsThePublished(PUBLISHES)) }),
      torn,
    );
  });

  it('a writer that does not check every pin', () => {
    assertCaught(exploreWrong({ writer: createLocalStates(wrong.writerThatForgetsAPin(PUBLISHES)) }), torn);
  });

  it('a writer that publishes before it fills', () => {
    assertCaught(
      exploreWrong({ writer: createLocalStates(wrong.writerThatPublishesFirst(PUBLISHES)) }),
      torn,
    );
  });

  it('a writer that checks the pins one frame too early', () => {
    assertCaught(exploreWrong({ writer: createLocalStates(wrong.writerThatLooksTooEarly(PUBLISHES)) }), torn);
  });
});
