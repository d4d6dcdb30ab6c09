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

/** A stretched interval aims at this part of the budget: at a slower cadence a tick is more expensive, since caches are colder. */
const STRETCH_TO = 0.85;
/** One that is made shorter again, at this part. */
const SHORTEN_TO = 0.8;

/**
 * Rarer ticks are more expensive ones, so that the cost at a stretched interval does not tell whether the configured one would do: it is
 * tried for a second or so, so long after the interval was stretched …
 */
const TRIAL_AFTER_MS = 20_000;
/** … or for so many times the budget that it took the last time so much later: trials take a fifteenth of the budget at most. */
const TRIAL_AFTER_PER_BUDGET_MS = 15_000;

/**
 * Keeps the sampler pool within its budget of CPU time, by stretching the interval between ticks where they are expensive and taking it back
 * where they are not.
 * Thread: the proc lane's. Allocates: nothing.
 */
export class Governor {
  /** The interval that is in force, ms. */
  intervalMs: number;
  /** The interval that readers are told: that in force, except while the configured one is tried. */
  statedMs: number;
  readonly #configuredMs: number;
  readonly #budgetPct: number;
  #baseNs = Number.NaN;
  #baseMs = Number.NaN;
  #isTrial = false;
  /** When the configured interval is tried next; NaN: not known yet. */
  #trialAtMs = Number.NaN;

  /** `budgetPct`: percent of one core. `intervalMs`: where to start, when not at `configuredMs`. */
  constructor(configuredMs: number, budgetPct: number, intervalMs = configuredMs) {
    this.#configuredMs = configuredMs;
    this.#budgetPct = budgetPct;
    this.intervalMs = Math.max(configuredMs, intervalMs);
    this.statedMs = this.intervalMs;
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
    if (this.#isTrial) {
      this.#endTrial(partOfBudget, nowMs);
    } else if (this.intervalMs > this.#configuredMs && this.#isTrialDue(nowMs)) {
      this.#isTrial = true;
      this.intervalMs = this.#configuredMs;
    } else if (partOfBudget > (elapsedMs < CALM_MS ? FAR_OVER : 1)) {
      this.#setInterval((this.intervalMs * partOfBudget) / STRETCH_TO);
    } else if (elapsedMs >= CALM_MS && partOfBudget < (elapsedMs < SLOW_MS ? FAR_BELOW : WELL_BELOW)) {
      this.#setInterval((this.intervalMs * partOfBudget) / SHORTEN_TO);
    } else if (elapsedMs < SLOW_MS) {
      return;
    }
    this.#rebase(cpuNs, nowMs);
  }

  #isTrialDue(nowMs: number): boolean {
    if (Number.isNaN(this.#trialAtMs)) this.#trialAtMs = nowMs + TRIAL_AFTER_MS;
    return nowMs >= this.#trialAtMs;
  }

  /** The configured interval stays if it took no more than the budget. */
  #endTrial(partOfBudget: number, nowMs: number): void {
    this.#isTrial = false;
    this.intervalMs = partOfBudget <= 1 ? this.#configuredMs : this.statedMs;
    this.statedMs = this.intervalMs;
    this.#trialAtMs = nowMs + Math.max(TRIAL_AFTER_MS, partOfBudget * TRIAL_AFTER_PER_BUDGET_MS);
  }

  /** Whole milliseconds, so that readers see a plain number. */
  #setInterval(ms: number): void {
    if (this.intervalMs === this.#configuredMs) this.#trialAtMs = Number.NaN;
    this.intervalMs = Math.max(this.#configuredMs, Math.min(SLOWEST_INTERVAL_MS, Math.ceil(ms)));
    this.statedMs = this.intervalMs;
  }

  #rebase(cpuNs: number, nowMs: number): void {
    this.#baseNs = cpuNs;
    this.#baseMs = nowMs;
  }
}
