import { SLOWEST_INTERVAL_MS } from '../../src/shared/pace.js';

/** Usage far over the budget is acted on after this long … */
const HASTY_MS = 1_000;
const FAR_OVER = 2;
/** … usage over the budget, or far below it, after this long … */
const CALM_MS = 10_000;
const FAR_BELOW = 0.35;
/** … and usage well below it after this long. Between that and the budget the interval stays, so that it does not oscillate. */
const SLOW_MS = 30_000;
const WELL_BELOW = 0.7;

/** Share of the budget that a stretched interval aims at. Below 1, since a tick costs more at a slower cadence: caches are colder. */
const STRETCH_TO = 0.85;
/** Share of the budget that a shortened interval aims at. */
const SHORTEN_TO = 0.8;

/**
 * Ticks cost more at a stretched interval, so their cost does not show whether the configured interval would fit the budget. The governor
 * therefore tries the configured interval for about a second, this long after the interval was stretched …
 */
const TRIAL_AFTER_MS = 20_000;
/** … or after this long per budget that the last trial used, if that is longer. Trials thus use at most a fifteenth of the budget. */
const TRIAL_AFTER_PER_BUDGET_MS = 15_000;

/**
 * Keeps the sampler pool within its CPU budget: stretches the interval between ticks while they are expensive, and shortens it again when
 * they are not. Thread: the proc lane's. Allocates: nothing.
 */
export class Governor {
  /** The current interval, ms. */
  intervalMs: number;
  /** The interval reported to readers: the current one, except during a trial of the configured one. */
  statedMs: number;
  readonly #configuredMs: number;
  readonly #budgetPct: number;
  #baseNs = Number.NaN;
  #baseMs = Number.NaN;
  #isTrial = false;
  /** When to try the configured interval next; NaN: not scheduled. */
  #trialAtMs = Number.NaN;

  /** `budgetPct`: percent of one core. `intervalMs`: the initial interval, if not `configuredMs`. */
  constructor(configuredMs: number, budgetPct: number, intervalMs = configuredMs) {
    this.#configuredMs = configuredMs;
    this.#budgetPct = budgetPct;
    this.intervalMs = Math.max(configuredMs, intervalMs);
    this.statedMs = this.intervalMs;
  }

  /** Ignores the CPU time used so far. */
  restart(): void {
    this.#baseNs = Number.NaN;
  }

  /**
   * Takes the pool threads' total CPU time, ns; call it about once a second or at every tick. An unknown total, or one lower than before (a
   * thread died), restarts the measurement.
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

  /** Keeps the configured interval if the trial stayed within the budget. */
  #endTrial(partOfBudget: number, nowMs: number): void {
    this.#isTrial = false;
    this.intervalMs = partOfBudget <= 1 ? this.#configuredMs : this.statedMs;
    this.statedMs = this.intervalMs;
    this.#trialAtMs = nowMs + Math.max(TRIAL_AFTER_MS, partOfBudget * TRIAL_AFTER_PER_BUDGET_MS);
  }

  /** Rounds up to whole milliseconds, so that readers see a plain number. */
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
