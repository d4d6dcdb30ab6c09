import type { Surroundings } from './surroundings.js';

/** When something is done, and what. */
export interface Plan {
  readonly firstMs: number;
  /** Milliseconds from one time to the next; asked each time. */
  intervalMs(): number;
  /** Ends soon after its signal is aborted. */
  work(signal: AbortSignal): Promise<void>;
}

/**
 * Does something at fixed times, whatever it takes: a time that falls into the work of the one before, or that was slept through, is
 * left out, and the ones after it stay where they were.
 */
export class Schedule {
  readonly #surroundings: Surroundings;
  readonly #plan: Plan;
  readonly #stopping = new AbortController();
  #dueMs: number;
  #cancelTimer: () => void;
  #working: Promise<void> | null = null;

  /** Begins at once: the first time is in `firstMs`. */
  constructor(surroundings: Surroundings, plan: Plan) {
    this.#surroundings = surroundings;
    this.#plan = plan;
    this.#dueMs = surroundings.nowMs() + plan.firstMs;
    this.#cancelTimer = this.#arm();
  }

  /** Ends it: no timer is left, work under way is aborted. Resolves when that has come to its end. */
  async stop(): Promise<void> {
    this.#cancelTimer();
    this.#stopping.abort();
    await this.#working;
  }

  #arm(): () => void {
    const inMs = Math.max(0, this.#dueMs - this.#surroundings.nowMs());
    return this.#surroundings.setTimer(() => this.#fire(), inMs);
  }

  #fire(): void {
    if (this.#stopping.signal.aborted) return;
    const intervalMs = this.#plan.intervalMs();
    const lateMs = Math.max(0, this.#surroundings.nowMs() - this.#dueMs);
    this.#dueMs += intervalMs * (Math.floor(lateMs / intervalMs) + 1);
    this.#cancelTimer = this.#arm();
    if (this.#working !== null) return;
    this.#working = this.#work().finally(() => {
      this.#working = null;
    });
  }

  async #work(): Promise<void> {
    try {
      await this.#plan.work(this.#stopping.signal);
    } catch {
      // The work tells its own failures; none may end the schedule or the host.
    }
  }
}
