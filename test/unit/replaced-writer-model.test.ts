import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import * as frames from '../support/frame-store-model.js';
import {
  createLocalStates,
  type Exploration,
  explore,
  type LocalState,
  Violation,
} from '../support/interleavings.js';
import {
  CHECK_FIRST,
  type LaneModel,
  lane,
  REPLACE_WRITING,
  RIGHT_WAY,
  replacing,
  STORE_ENTER,
  type Way,
} from '../support/lane-word-model.js';
import * as rows from '../support/recorder-model.js';

/** Generation 0 is current when the exploration begins. */
const GENERATIONS = 3;
/** How often each lane writes unless it is replaced first. */
const TIMES = 2;
/** How often the other lane publishes: enough for a slot to be filled again while it is read. */
const PUBLISHES = 4;

/** Frames and rows hold a number that identifies the lane that wrote them. */
function numberOf(count: number, generation: number): number {
  return count * GENERATIONS + generation;
}

interface Work {
  readonly count: number;
  readonly left: number;
}

/** What a lane does with a frame store: the steps of FrameWriter. */
function framesOf(word: number, generation: number): LaneModel<Work> {
  return {
    word,
    generation,
    *begin() {
      const latest = yield frames.load(frames.PUBLISHED, 'latest');
      const number = latest < 0 ? 0 : yield frames.load(frames.partOf(latest, 0), 'latest');
      return { count: Math.floor(number / GENERATIONS) + 1, left: TIMES };
    },
    *section({ count, left }) {
      const slot = yield* frames.freeSlot(frames.SLOTS);
      if (slot < 0) throw new Violation('the writer found no free slot');
      yield* frames.fill(slot, numberOf(count, generation));
      yield frames.store(frames.PUBLISHED, slot, 'W3');
      return left === 1 ? null : { count: count + 1, left: left - 1 };
    },
  };
}

/** Explores such lanes alongside another process, with their control word after `words`. */
function exploreLanes(
  way: Way,
  words: readonly number[],
  beside: LocalState,
  model: (word: number, generation: number) => LaneModel<Work>,
): Exploration {
  const word = words.length;
  const processes = [beside];
  for (let generation = 0; generation < GENERATIONS; generation++)
    processes.push(createLocalStates(lane(way, model(word, generation))));
  processes.push(createLocalStates(replacing(way, word, GENERATIONS - 1)));
  return explore([...words, 0], processes);
}

function exploreFrames(way: Way): Exploration {
  return exploreLanes(way, frames.firstWords(frames.SLOTS), createLocalStates(frames.reader(0)), framesOf);
}

/** What a lane does as a reader of another lane's frames, with a pin that it shares with the lanes before and after it. */
function pinsOf(word: number, generation: number): LaneModel<Work> {
  const { run } = frames.reader(0);
  return {
    word,
    generation,
    *begin() {
      yield frames.load(frames.PUBLISHED, 'begin');
      return { count: 0, left: TIMES };
    },
    *section({ count, left }) {
      let memory: frames.ReaderMemory | null = { ...frames.READER_START, last: count };
      do memory = yield* run(memory);
      while (memory !== null && memory.at !== 'begin');
      return left === 1 ? null : { count: memory?.last ?? count, left: left - 1 };
    },
  };
}

function explorePins(way: Way): Exploration {
  return exploreLanes(
    way,
    frames.firstWords(frames.SLOTS),
    createLocalStates(frames.writer(PUBLISHES)),
    pinsOf,
  );
}

const RING: rows.RingModel = { capacity: 3, cycle: 12, written: 3 };

/** What a lane does with the flight recorder: the steps of RecorderWriter. It marks its rows with an odd or even number. */
function rowsOf(word: number, generation: number): LaneModel<Work> {
  return {
    word,
    generation,
    *begin() {
      return { count: rows.serialBefore(RING, yield rows.load(rows.DONE, 'W0')) + 1, left: TIMES };
    },
    *section({ count, left }) {
      yield* rows.append(RING, count, generation % 2);
      return left === 1 ? null : { count: count + 1, left: left - 1 };
    },
  };
}

function exploreRows(way: Way): Exploration {
  return exploreLanes(way, rows.firstWords(RING), createLocalStates(rows.reader(RING, 1)), rowsOf);
}

const WRONG = {
  'a lane only checks that it is current before it writes': CHECK_FIRST,
  'a lane is replaced while it writes': REPLACE_WRITING,
  'a lane enters with a plain store': STORE_ENTER,
} as const;

for (const { what, explored, broken, wrong } of [
  { what: 'frames', explored: exploreFrames, broken: /torn frame|never written|went back/, wrong: WRONG },
  {
    what: 'frames of another lane, which they read with one pin',
    explored: explorePins,
    broken: /torn frame/,
    wrong: { 'a lane only checks that it is current before it reads': CHECK_FIRST },
  },
  {
    what: 'rows of the flight recorder',
    explored: exploreRows,
    broken: /torn row|in place of|out of a ring that is full/,
    wrong: WRONG,
  },
]) {
  describe(`lanes that are replaced at any step and go on: ${what}`, () => {
    it('are whole and in order', (t) => {
      const exploration = explored(RIGHT_WAY);
      t.diagnostic(`${exploration.states} states; ended: ${exploration.ended.join()}`);
      assert.equal(exploration.violation, null, exploration.violation?.trace.join('\n'));
      for (const states of exploration.ended.slice(1)) assert.ok(states > 0, 'a lane never came to its end');
    });

    for (const [how, way] of Object.entries(wrong)) {
      it(`are not if ${how}`, (t) => {
        const { states, violation } = explored(way);
        t.diagnostic(`${states} states; ${violation?.message}`);
        assert.match(violation?.message ?? 'not caught', broken);
      });
    }
  });
}
