import type { Clock } from '../../src/shared/clock.js';
import { Control } from '../../src/shared/control.js';
import { createSharedMemory } from '../../src/shared/layout.js';
import { runTicks } from './lane.js';
import { ProcSampler, type ProcSamplerOptions } from './proc-sampler.js';

/** So long after the lane's start it is over … */
const DURATION_MS = 6_000;
/** … and behind each tick it takes this part of the interval, so that the lane is not late for it: 6,000 samples on a usual host. */
const PART_OF_INTERVAL = 0.02;
/** Where one sample takes longer than this many turns, reading is what is dear there, and not our code. */
const DEAR_TURNS = 5;

/** A flight recorder, too, has code. */
const HISTORY_ROWS = 64;

/**
 * Runs a lane that nobody sees, in memory of its own, until a tick's code is compiled as well as it will be: at 20 ticks a second that
 * else takes minutes, in which each tick costs more. Thread: the proc lane's. Allocates: 250 kB until it is over.
 */
export class WarmUp {
  readonly #clock: Clock;
  readonly #control: Control;
  readonly #sampler: ProcSampler;
  readonly #endMs: number;
  readonly #turnMs: number;
  #turnEndMs = 0;
  /** A time in which each sample is a tick later than the last: all that is due now and then comes up as often as it will. */
  #playedMs = 0;
  readonly #playedClock: Clock;

  constructor(options: ProcSamplerOptions) {
    this.#clock = options.clock;
    this.#playedClock = { monoMs: () => this.#playedMs, wallMs: options.clock.wallMs };
    this.#endMs = options.clock.monoMs() + DURATION_MS;
    this.#turnMs = options.intervalMs * PART_OF_INTERVAL;
    const shared = createSharedMemory(HISTORY_ROWS);
    this.#control = new Control(shared);
    this.#sampler = new ProcSampler({ ...options, shared });
  }

  /** Takes some samples; returns whether that was the last turn. */
  turn(): boolean {
    const nowMs = this.#clock.monoMs();
    this.#turnEndMs = nowMs + this.#turnMs;
    const control = this.#control;
    runTicks(
      { lane: 'proc', generation: control.nextGeneration('proc'), control, clock: this.#playedClock },
      (deadlineMs, skipped) => this.#tick(deadlineMs, skipped),
      () => {},
    );
    const isDear = this.#clock.monoMs() - nowMs > DEAR_TURNS * this.#turnMs;
    return nowMs >= this.#endMs || isDear;
  }

  /** Closes all file descriptors. */
  close(): void {
    this.#sampler.close();
  }

  #tick(deadlineMs: number, skipped: number): number {
    const intervalMs = this.#sampler.tick(deadlineMs, skipped);
    // The next deadline has come already: the ticker does not sleep.
    this.#playedMs += intervalMs;
    if (this.#clock.monoMs() >= this.#turnEndMs) this.#control.nextGeneration('proc');
    return intervalMs;
  }
}
