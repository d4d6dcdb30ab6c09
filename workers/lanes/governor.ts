import { SLOWEST_INTERVAL_MS } from '../../src/shared/pace.js';

/** A share that is far over the budget is judged after this long … */
const HASTY_MS = 1_000;
const FAR_OVER = 2;
/** … one that is over it, or far below it, after this long … */
const CALM_MS = 10_000;
const FAR_BELOW = 0.35;
/** … and one that is well below it after this long. Between that and the budget nothing is changed, so that it does not hunt. */
const SLOW_MS = 30_000;
const WELL_BELOW = 0.7;

/** A stretched interval aims at this part of the budget: at a slower cadence a tick is dearer, since caches are colder. */
const STRETCH_TO = 0.9;
/** One that is made shorter again, at this part. */
const SHORTEN_TO = 0.8;

/**
 * Keeps the sampler pool within its budget of CPU time, by stretching the interval between ticks where they are dear and taking it back
 * where they are not.
 * Thread: the proc lane's. Allocates: nothing.
 */
export class Governor {
  /** The interval that is in force, ms. */
  intervalMs: number;
  readonly #configuredMs: number;
  readonly #budgetPct: number;
  #baseNs = Number.NaN;
  #baseMs = Number.NaN;

  /** `budgetPct`: percent of one core. `intervalMs`: where to start, when not at `configuredMs`. */
  constructor(configuredMs: number, budgetPct: number, intervalMs = configuredMs) {
    this.#configuredMs = configuredMs;
    this.#budgetPct = budgetPct;
    this.intervalMs = Math.max(configuredMs, intervalMs);
  }

  /** What was spent until now is not to be judged. */
  restart(): void {
    this.#baseNs = Number.NaN;
  }

  /**
   * Takes the CPU time that the pool's threads have used so far, ns, about once a second or at every tick. A time that is unknown, or
   * lower than before (a thread that died), starts the account anew.
   */
  push(cpuNs: number, nowMs: number): void {
    const usedNs = cpuNs - this.#baseNs;
    const elapsedMs = nowMs - this.#baseMs;
    if (!(usedNs >= 0)) {
      this.#rebase(cpuNs, nowMs);
      return;
    }
    if (elapsedMs < HASTY_MS) return;
    const partOfBudget = usedNs / 1e4 / elapsedMs / this.#budgetPct;
    if (partOfBudget > (elapsedMs < CALM_MS ? FAR_OVER : 1)) {
      this.#setInterval((this.intervalMs * partOfBudget) / STRETCH_TO);
    } else if (elapsedMs >= CALM_MS && partOfBudget < (elapsedMs < SLOW_MS ? FAR_BELOW : WELL_BELOW)) {
      this.#setInterval((this.intervalMs * partOfBudget) / SHORTEN_TO);
    } else if (elapsedMs < SLOW_MS) {
      return;
    }
    this.#rebase(cpuNs, nowMs);
  }

  /** Whole milliseconds, so that readers see a plain number. */
  #setInterval(ms: number): void {
    this.intervalMs = Math.max(this.#configuredMs, Math.min(SLOWEST_INTERVAL_MS, Math.ceil(ms)));
  }

  #rebase(cpuNs: number, nowMs: number): void {
    this.#baseNs = cpuNs;
    this.#baseMs = nowMs;
  }
}
