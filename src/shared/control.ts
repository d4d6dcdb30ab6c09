import { CACHE_LINE, CONTROL_OFFSET, CONTROL_WORDS } from './layout.js';

/** The lanes of the sampler pool. */
export const LANES = ['proc', 'disk'] as const;
export type LaneName = (typeof LANES)[number];

const WORDS_PER_LINE = CACHE_LINE / 4;
const STOP = 0;
const LANE: Record<LaneName, number> = { proc: WORDS_PER_LINE, disk: 2 * WORDS_PER_LINE };

/**
 * What a lane is doing. `writing`: it uses memory reserved for the current lane (its frame store, the flight recorder, its pin in the disk
 * lane's store). `asking`: it waits for a file system.
 */
export const ACTIVITY = { resting: 0, writing: 1, asking: 2 } as const;
export type Activity = (typeof ACTIVITY)[keyof typeof ACTIVITY];
const ACTIVITY_BITS = 2;
const ACTIVITY_MASK = 3;

/**
 * The words with which the main thread controls the lanes.
 *
 * `stop`   Writer: main, once, 0 → 1. Readers: the lanes, which sleep on it.
 * `lane`   One per lane: the current generation, and what that lane is doing. Writers: main, which changes the generation; the lane of the
 *          current generation, which changes the activity. Both use compareExchange, except that main stores when the lane has ended.
 *          Readers: any.
 * Ordering: all accesses are sequentially consistent (Atomics); stop is stored before it is notified, so no sleeper misses it.
 *
 * Why a store never has two writers: a lane that was given up hangs in the kernel and cannot be stopped. It may resume at any later time,
 * in parallel with its successor. It writes only after `enter(writing)`, and main starts a successor only after `replace`. Both are a
 * compareExchange on the same word, so one of them comes first. If `replace` does, `enter` fails from then on. If `enter` does, `replace`
 * fails until the lane has left the section. What a lane wrote there happens before its `enter(resting)`, which happens before the
 * `replace` that sees it, which happens before everything the successor does.
 * The section accesses no file, so a lane does not hang in it. A lane that stalls there anyway (for example, its memory is swapped out to a
 * dead disk) is not replaced until its thread has ended: no samples are better than torn frames.
 *
 * test/unit/replaced-writer-model.test.ts runs every interleaving of these steps.
 */
export class Control {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, CONTROL_OFFSET, CONTROL_WORDS * WORDS_PER_LINE);
  }

  /** Stops all lanes and wakes them. Thread: main. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    Atomics.notify(this.#words, STOP);
  }

  /** Sleeps for `ms` or until `stop`. Thread: lanes only (it blocks). Returns false when the lane should end. */
  sleep(ms: number): boolean {
    return Atomics.wait(this.#words, STOP, 0, ms) === 'timed-out';
  }

  /** Starts the next generation of `lane` and returns its number. The previous lane must have ended. Thread: main. */
  nextGeneration(lane: LaneName): number {
    const generation = this.generation(lane) + 1;
    Atomics.store(this.#words, LANE[lane], generation << ACTIVITY_BITS);
    return generation;
  }

  /** Like `nextGeneration`, for a lane that may still resume. Returns null and changes nothing while it is writing. Thread: main. */
  replace(lane: LaneName): number | null {
    for (;;) {
      const word = Atomics.load(this.#words, LANE[lane]);
      if ((word & ACTIVITY_MASK) === ACTIVITY.writing) return null;
      const generation = (word >> ACTIVITY_BITS) + 1;
      const next = generation << ACTIVITY_BITS;
      if (Atomics.compareExchange(this.#words, LANE[lane], word, next) === word) return generation;
    }
  }

  /**
   * Sets the activity of the lane of that generation. Returns false and changes nothing if the lane was replaced. Thread: the lane's.
   * Wait-free; allocates nothing.
   */
  enter(lane: LaneName, generation: number, activity: Activity): boolean {
    const word = Atomics.load(this.#words, LANE[lane]);
    if (word >> ACTIVITY_BITS !== generation) return false;
    const next = (generation << ACTIVITY_BITS) | activity;
    return Atomics.compareExchange(this.#words, LANE[lane], word, next) === word;
  }

  /** Whether the disk lane is waiting for a file system. Thread: any. */
  get isAsking(): boolean {
    return (Atomics.load(this.#words, LANE.disk) & ACTIVITY_MASK) === ACTIVITY.asking;
  }

  /** The current generation of `lane`; 0 before the first. Thread: any. */
  generation(lane: LaneName): number {
    return Atomics.load(this.#words, LANE[lane]) >> ACTIVITY_BITS;
  }
}
