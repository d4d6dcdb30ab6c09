import type { Conditions } from '../conditions.js';
import { messageOf } from '../shared/errors.js';

const CONDITION = 'bridge';
/** So long without a fault, and it counts as over: one request that works does not show that the next will. */
const QUIET_MS = 60_000;

/**
 * Failures of the bridge's own code. A request that meets one is answered 500 or cut off, the daemon lives on, and /health is degraded;
 * the log hears of the first one and of the end, however many requests there are in between. Thread: main.
 */
export class Faults {
  readonly #conditions: Conditions;
  readonly #monoMs: () => number;
  /** When the last one was; NaN: there is none. */
  #lastMonoMs = Number.NaN;

  constructor(options: { conditions: Conditions; monoMs: () => number }) {
    this.#conditions = options.conditions;
    this.#monoMs = options.monoMs;
  }

  failed(error: unknown): void {
    if (Number.isNaN(this.#lastMonoMs)) {
      const summary = 'the bridge failed to answer a request';
      this.#conditions.set(CONDITION, { summary, detail: messageOf(error) }, 'error');
    }
    this.#lastMonoMs = this.#monoMs();
  }

  /** A request was answered normally. */
  passed(): void {
    if (Number.isNaN(this.#lastMonoMs) || this.#monoMs() - this.#lastMonoMs < QUIET_MS) return;
    this.#lastMonoMs = Number.NaN;
    this.#conditions.set(CONDITION, null);
  }
}
