import { type Clock, SystemClock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { FrameWriter } from '../../src/shared/frame-store.js';
import { createSharedMemory, DISK_STORE } from '../../src/shared/layout.js';
import { LaneLoop } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';

/** After this many ticks V8 has optimised all of a tick's code, as `--trace-opt` shows. */
const TICKS = 12_000;
/** Share of the interval that the warm-up takes after each tick of the lane; small enough that the next tick is not late. */
const PART_OF_INTERVAL = 0.05;
/** If one tick takes longer than this many turns, I/O dominates, so warming up the JIT does not help. */
const EXPENSIVE_TURNS = 5;
/** One tick in this many sleeps, so that the code that sleeps is optimised, too. The others are due at once. */
const SLEEP_EVERY = 16;
const SLEEP_MS = 0.02;

/** Upper bound of the simulated interval: with a longer one, all collectors would run at every tick. */
const MAX_PLAYED_MS = 100;

/** A disk frame is published every this many ticks. */
const DISK_FRAME_EVERY = 100;

/** The flight recorder's code is warmed up, too. */
const HISTORY_ROWS = 64;

/**
 * Runs the loop of a second lane, in memory that nobody reads and in simulated time, until V8 has optimised the code of a tick. At 20 Hz
 * that would take minutes, during which each tick costs more. In simulated time, work that is not due at every tick runs as often as it
 * will in the real lane. Thread: the proc lane's, between its ticks. Allocates: 250 kB until it is done.
 */
export class WarmUp {
  readonly #clock: Clock;
  /** A simulated clock, advanced to each tick's deadline. Of the same class as the lane's clock, so that V8 inlines its methods. */
  readonly #played = new SystemClock();
  readonly #sampler: ProcSampler;
  readonly #loop: LaneLoop;
  readonly #diskFrames: FrameWriter;
  readonly #turnMs: number;
  #ticks = 0;

  /** `options`: those of the lane. */
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
      // The thread's CPU time is unrelated to simulated time.
      cpuBudgetPct: Number.POSITIVE_INFINITY,
    });
    this.#loop = new LaneLoop({ ...lane, control }, this.#sampler);
    this.#loop.first();
  }

  /** Runs some ticks. Returns whether the warm-up is done. */
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

  /** Advances the clock until the next tick is due in `ms`. */
  #putForward(ms: number): void {
    this.#played.aheadMs += this.#loop.dueMs - ms - this.#played.monoMs();
  }

  /** Closes all file descriptors. */
  close(): void {
    this.#sampler.close();
  }
}
