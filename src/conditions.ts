import type { Logger } from './log.js';

/**
 * What is wrong with the daemon now. Each problem has a name that stays; it is logged when it comes, when its text changes, and when it
 * is over, and not in between. Thread: main.
 */
export class Conditions {
  readonly #log: Logger;
  readonly #problems = new Map<string, string>();
  /** Names of what is only worth knowing. */
  readonly #notices = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Sets the problem `name`; null: there is none (any more). `level` is how loudly it is logged; one of level info is worth knowing, and
   * no problem.
   */
  set(name: string, problem: string | null, level: 'info' | 'warn' | 'error' = 'warn'): void {
    const before = this.#problems.get(name) ?? null;
    if (before === problem) return;
    this.#notices.delete(name);
    if (problem === null) {
      this.#problems.delete(name);
      this.#log.info({ condition: name }, `over: ${before}`);
    } else {
      this.#problems.set(name, problem);
      if (level === 'info') this.#notices.add(name);
      this.#log[level]({ condition: name }, problem);
    }
  }

  /** The problems there are, in the order in which they came. */
  list(): string[] {
    return [...this.#problems].flatMap(([name, problem]) => (this.#notices.has(name) ? [] : [problem]));
  }
}
