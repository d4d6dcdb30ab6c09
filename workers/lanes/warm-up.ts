import type { Clock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { createSharedMemory } from '../../src/shared/layout.js';
import { LaneLoop, type Ticking } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';

/** So many samples are taken: by then V8 has optimised a tick's code, as `--trace-opt` shows. */
const SAMPLES = 12_000;
/** Behind each tick the warm-up takes this part of the interval, so that the lane is not late for it. */
const PART_OF_INTERVAL = 0.05;
/** Where one sample takes longer than this many turns, I/O dominates, so warming up the JIT does not help. */
const EXPENSIVE_TURNS = 5;
/** The loop that sleeps between ticks is to be optimised, too: it sleeps once in so many samples, and is late for the others. */
const SLEEP_EVERY = 16;
const SLEEP_MS = 0.02;
const NO_SLEEP_MS = 0.0001;

/** A played interval is no longer than this: all collectors would run at every sample. */
const MAX_PLAYED_MS = 50;

/** A flight recorder, too, has code. */
const HISTORY_ROWS = 64;

/**
 * Runs a lane that nobody sees, in memory of its own, until V8 has optimised the code of a tick: at 20 ticks a second that would take
 * minutes, in which each tick costs more. Thread: the proc lane's. Allocates: 250 kB until it is over.
 */
export class WarmUp implements Ticking {
  readonly #clock: Clock;
  readonly #control: Control;
  readonly #sampler: ProcSampler;
  readonly #turnMs: number;
  #samples = 0;
  #turnEndMs = 0;
  /** A time in which each sample is a tick later than the last: all that is due now and then comes up as often as it will. */
  #playedMs = 0;

  constructor(options: ProcSamplerOptions) {
    this.#clock = options.clock;
    this.#turnMs = options.intervalMs * PART_OF_INTERVAL;
    const shared = createSharedMemory(HISTORY_ROWS);
    this.#control = new Control(shared);
    const { enter: _, ...rest } = options;
    this.#sampler = new ProcSampler({ ...rest, shared });
  }

  /** Takes some samples; returns whether that was the last turn. */
  turn(): boolean {
    const startMs = this.#clock.monoMs();
    this.#turnEndMs = startMs + this.#turnMs;
    const control = this.#control;
    const generation = control.nextGeneration('proc');
    new LaneLoop({ lane: 'proc', generation, control, clock: this.#clock }, this).run(() => {});
    const isExpensive = this.#clock.monoMs() - startMs > EXPENSIVE_TURNS * this.#turnMs;
    return this.#samples >= SAMPLES || isExpensive;
  }

  tick(_deadlineMs: number, skipped: number, nowMs: number): number {
    this.#samples++;
    const intervalMs = this.#sampler.tick(this.#playedMs, skipped, this.#playedMs);
    this.#playedMs += Math.min(intervalMs, MAX_PLAYED_MS);
    if (nowMs >= this.#turnEndMs) this.#control.nextGeneration('proc');
    return this.#samples % SLEEP_EVERY === 0 ? SLEEP_MS : NO_SLEEP_MS;
  }

  /** Closes all file descriptors. */
  close(): void {
    this.#sampler.close();
  }
}
