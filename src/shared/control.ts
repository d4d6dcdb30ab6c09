import { CACHE_LINE, CONTROL_OFFSET, CONTROL_WORDS } from './layout.js';

/** The lanes of the sampler pool. */
export const LANES = ['proc', 'disk'] as const;
export type LaneName = (typeof LANES)[number];

const WORDS_PER_LINE = CACHE_LINE / 4;
const STOP = 0;
const GENERATION: Record<LaneName, number> = { proc: WORDS_PER_LINE, disk: 2 * WORDS_PER_LINE };
const ASKING = 3 * WORDS_PER_LINE;

/**
 * The words by which the main thread steers the lanes.
 *
 * `stop`        Writer: main, once, 0 → 1. Readers: the lanes, which sleep on it.
 * `generation`  Writer: main, before it starts a lane. Readers: that lane, before it publishes: a lane that was given up
 *               (it hung, and another took its place) finds another number there and ends, so that a store never has two writers.
 * `asking`      Writer: the disk lane, 1 before it asks a file system for anything, 0 when it has the answer. Reader: main, which so
 *               tells a lane that waits for a mount that is dead, and would wait there again, from one that hangs for another reason.
 * Ordering: all accesses are sequentially consistent (Atomics); stop is stored before it is notified, so no sleeper misses it.
 */
export class Control {
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(shared: SharedArrayBuffer) {
    this.#words = new Int32Array(shared, CONTROL_OFFSET, CONTROL_WORDS * WORDS_PER_LINE);
  }

  /** Tells all lanes to end, and wakes them. Thread: main. */
  stop(): void {
    Atomics.store(this.#words, STOP, 1);
    Atomics.notify(this.#words, STOP);
  }

  /** Sleeps for `ms` or until `stop`. Thread: lanes only (it blocks). Returns false when it is time to end. */
  sleep(ms: number): boolean {
    return Atomics.wait(this.#words, STOP, 0, ms) === 'timed-out';
  }

  /** Makes whoever runs `lane` now the last of its kind, and returns the number of the next. Thread: main. */
  nextGeneration(lane: LaneName): number {
    return Atomics.add(this.#words, GENERATION[lane], 1) + 1;
  }

  /** Says whether the disk lane waits for a file system from now on. Thread: the disk lane's. */
  setAsking(isAsking: boolean): void {
    Atomics.store(this.#words, ASKING, isAsking ? 1 : 0);
  }

  /** Whether the disk lane waits for a file system. Thread: any. */
  get isAsking(): boolean {
    return Atomics.load(this.#words, ASKING) === 1;
  }

  /** The generation of `lane` that may publish. Thread: any. */
  generation(lane: LaneName): number {
    return Atomics.load(this.#words, GENERATION[lane]);
  }
}
