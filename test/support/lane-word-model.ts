import type { Process, Step, Steps } from './interleavings.js';

/**
 * The algorithm of src/shared/control.ts, step by step: lanes that do something again and again with memory of which they have to be the
 * only user, and the main thread, which replaces one after the other at any moment, wherever that one is. A lane that was replaced does
 * not stop: it goes on beside its successors.
 */

/** How lanes and main see to it that one lane at most is in the section. */
export interface Way {
  /** Whether the lane may go into the section. */
  enter(word: number, generation: number): Steps<boolean>;
  leave(word: number, generation: number): Steps<void>;
  /** Makes `generation` the current one; false: not now. */
  replace(word: number, generation: number): Steps<boolean>;
}

const BITS = 2;
const MASK = 3;
const WRITING = 1;

function load(word: number, label: string): Step {
  return { kind: 'load', word, label };
}

function swap(word: number, expected: number, value: number, label: string): Step {
  return { kind: 'swap', word, expected, value, label };
}

export const RIGHT_WAY: Way = {
  *enter(word, generation) {
    const found = yield load(word, 'enter');
    if (found >> BITS !== generation) return false;
    return (yield swap(word, found, (generation << BITS) | WRITING, 'enter')) === found;
  },
  *leave(word, generation) {
    const found = yield load(word, 'leave');
    if (found >> BITS === generation) yield swap(word, found, generation << BITS, 'leave');
  },
  *replace(word, generation) {
    const found = yield load(word, 'replace');
    if ((found & MASK) === WRITING) return false;
    return (yield swap(word, found, generation << BITS, 'replace')) === found;
  },
};

/** A lane looks whether it is current, and then writes. */
export const CHECK_FIRST: Way = {
  *enter(word, generation) {
    return (yield load(word, 'check')) >> BITS === generation;
  },
  *leave() {},
  *replace(word, generation) {
    yield { kind: 'store', word, value: generation << BITS, label: 'replace' };
    return true;
  },
};

/** A lane says that it is writing, but main does not care. */
export const REPLACE_WRITING: Way = { ...RIGHT_WAY, replace: CHECK_FIRST.replace };

/** A lane looks whether it is current, and then says that it is writing, whoever is current by then. */
export const STORE_ENTER: Way = {
  ...RIGHT_WAY,
  *enter(word, generation) {
    if ((yield load(word, 'enter')) >> BITS !== generation) return false;
    yield { kind: 'store', word, value: (generation << BITS) | WRITING, label: 'enter' };
    return true;
  },
};

/** What a lane knows: nothing until it is started, then what its work has come to. */
export interface LaneMemory<Work> {
  readonly work: Work | null;
}

/** A lane, and what it does in the section. */
export interface LaneModel<Work> {
  readonly word: number;
  readonly generation: number;
  /** What it looks at when it is started. */
  begin(): Steps<Work>;
  /** What it does in the section, once; null: that was the last time. */
  section(work: Work): Steps<Work | null>;
}

/** The lane of one generation, which starts when that is current. */
export function lane<Work>(way: Way, model: LaneModel<Work>): Process<LaneMemory<Work>> {
  const { word, generation } = model;
  return {
    start: { work: null },
    *run({ work }) {
      if (work === null) {
        const current = (yield load(word, 'start')) >> BITS;
        if (current > generation) return null;
        return { work: current === generation ? yield* model.begin() : null };
      }
      if (!(yield* way.enter(word, generation))) return null;
      const next = yield* model.section(work);
      yield* way.leave(word, generation);
      return next === null ? null : { work: next };
    },
  };
}

/** The main thread, which starts the lanes of the generations up to `last`. */
export function replacing(way: Way, word: number, last: number): Process<number> {
  return {
    start: 1,
    *run(generation) {
      if (!(yield* way.replace(word, generation))) return generation;
      return generation < last ? generation + 1 : null;
    },
  };
}
