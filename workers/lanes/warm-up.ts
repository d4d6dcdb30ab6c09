import { type Clock, SystemClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { FrameWriter } from '../../src/shared/frame-store.js';
import { createSharedMemory, DISK_STORE } from '../../src/shared/layout.js';
import { LaneLoop } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';

/** So many ticks are run: by then V8 has optimised all of a tick's code, as `--trace-opt` shows. */
const TICKS = 12_000;
/** Behind each tick of the lane the warm-up takes this part of the interval, so that the lane is not late for it. */
const PART_OF_INTERVAL = 0.05;
/** Where one tick takes longer than this many turns, I/O dominates, so warming up the JIT does not help. */
const EXPENSIVE_TURNS = 5;
/** The code that sleeps is to be optimised, too: one tick in so many sleeps, and the others are due at once. */
const SLEEP_EVERY = 16;
const SLEEP_MS = 0.02;

/** A played interval is no longer than this: all collectors would run at every tick. */
const MAX_PLAYED_MS = 100;

/** A disk lane's frame comes after so many ticks. */
const DISK_FRAME_EVERY = 100;

/** A flight recorder, too, has code. */
const HISTORY_ROWS = 64;

/**
 * Runs the loop of a second lane, in memory that nobody reads and in played time, until V8 has optimised the code of a tick: at 20 ticks a
 * second that would take minutes, in which each tick costs more. In played time all that is due now and then comes up as often as it will.
 * Thread: the proc lane's, between its ticks. Allocates: 250 kB until it is over.
 */
export class WarmUp {
  readonly #clock: Clock;
  /** A clock of its own, which is put forward to each tick's deadline. Of the same class as the lane's, so that V8 inlines its methods. */
  readonly #played = new SystemClock();
  readonly #sampler: ProcSampler;
  readonly #loop: LaneLoop;
  readonly #diskFrames: FrameWriter;
  readonly #turnMs: number;
  #ticks = 0;

  /** `options` are the lane's. */
  constructor(options: ProcSamplerOptions) {
    this.#clock = options.clock;
    this.#turnMs = options.intervalMs * PART_OF_INTERVAL;
    const shared = createSharedMemory(HISTORY_ROWS);
    this.#diskFrames = new FrameWriter(shared, DISK_STORE);
    const control = new Control(shared);
    const lane = { lane: 'proc', generation: control.nextGeneration('proc'), clock: this.#played } as const;
    this.#sampler = new ProcSampler({
      ...options,
      ...lane,
      shared,
      intervalMs: Math.min(options.intervalMs, MAX_PLAYED_MS),
      // The thread's CPU time has nothing to do with played time.
      cpuBudgetPct: Number.POSITIVE_INFINITY,
    });
    this.#loop = new LaneLoop({ ...lane, control }, this.#sampler);
    this.#loop.first();
  }

  /** Runs some ticks; returns whether that was the last turn. */
  turn(): boolean {
    const startMs = this.#clock.monoMs();
    let passedMs = 0;
    do {
      this.#ticks++;
      this.#putForward(this.#ticks % SLEEP_EVERY === 0 ? SLEEP_MS : 0);
      if (this.#ticks % DISK_FRAME_EVERY === 0) this.#diskFrames.publish(this.#diskFrames.begin(), 0);
      this.#loop.run(1);
      passedMs = this.#clock.monoMs() - startMs;
    } while (passedMs < this.#turnMs);
    return this.#ticks >= TICKS || passedMs > EXPENSIVE_TURNS * this.#turnMs;
  }

  /** Until the next tick is due in `ms`. */
  #putForward(ms: number): void {
    this.#played.aheadMs += this.#loop.dueMs - ms - this.#played.monoMs();
  }

  /** Closes all file descriptors. */
  close(): void {
    this.#sampler.close();
  }
}
