import type { Clock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { createSharedMemory } from '../../src/shared/layout.js';
import { runTicks } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';

/** The ticks behind which there is warming up … */
const TURNS = 120;
/** … and with how many samples, or for how long where reading is dear: the lane must not be late for it. */
const SAMPLES_A_TURN = 50;
const MAX_TURN_MS = 1;
const MAX_PART_OF_INTERVAL = 0.25;

/**
 * Runs a lane that nobody sees, in memory of its own, until a tick's code is compiled as well as it will be: at 20 ticks a second that
 * else takes minutes, in which each tick costs more. Thread: the proc lane's. Allocates: 150 kB until it is over.
 */
export class WarmUp {
  readonly #clock: Clock;
  readonly #control: Control;
  readonly #sampler: ProcSampler;
  readonly #turnMs: number;
  #turns = 0;
  #generation = 0;
  #left = 0;
  #endMs = 0;
  /** A time in which each sample is a tick later than the last: all that is due now and then comes up as often as it will. */
  #playedMs = 0;

  constructor(options: ProcSamplerOptions) {
    this.#clock = options.clock;
    this.#turnMs = Math.min(MAX_TURN_MS, options.intervalMs * MAX_PART_OF_INTERVAL);
    const shared = createSharedMemory();
    this.#control = new Control(shared);
    this.#sampler = new ProcSampler({ ...options, shared });
  }

  /** Takes some samples; returns whether that was the last turn, and nothing is left of it. */
  turn(): boolean {
    this.#generation = this.#control.nextGeneration('proc');
    this.#left = SAMPLES_A_TURN;
    this.#endMs = this.#clock.monoMs() + this.#turnMs;
    const clock: Clock = { monoMs: () => this.#playedMs, wallMs: this.#clock.wallMs };
    runTicks(
      { lane: 'proc', generation: this.#generation, control: this.#control, clock },
      (deadlineMs, skipped) => this.#tick(deadlineMs, skipped),
      () => {},
    );
    this.#turns++;
    if (this.#turns < TURNS) return false;
    this.#sampler.close();
    return true;
  }

  #tick(deadlineMs: number, skipped: number): number {
    const intervalMs = this.#sampler.tick(deadlineMs, skipped);
    // The next deadline has come already: the ticker does not sleep.
    this.#playedMs += intervalMs;
    this.#left--;
    if (this.#left === 0 || this.#clock.monoMs() >= this.#endMs) this.#control.nextGeneration('proc');
    return intervalMs;
  }
}
