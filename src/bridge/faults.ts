import type { Conditions } from '../conditions.js';
import { messageOf } from '../shared/errors.js';

const CONDITION = 'bridge';
/** The condition resolves after this time without a fault: one request that works does not show that the next will. */
const QUIET_MS = 60_000;

/**
 * Failures of the bridge's own code. The request is answered with 500 or its connection is cut, the daemon goes on, and /health is
 * degraded. The log reports the first failure and the resolution, regardless of the number of requests in between. Thread: main.
 */
export class Faults {
  readonly #conditions: Conditions;
  readonly #monoMs: () => number;
  /** When the last fault occurred; NaN: the condition is clear. */
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
