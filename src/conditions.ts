import type { Logger } from './log.js';
import { duration } from './shared/duration.js';

/** What is wrong. Two problems of a condition are the same kind of problem if their summaries are equal. */
export interface Problem {
  /** Has nothing in it that differs between two failures of the same kind: no address, port, duration or count. */
  readonly summary: string;
  /** Follows the summary where the problem is shown, and may differ each time. */
  readonly detail?: string | null;
}

interface Condition {
  summary: string;
  /** Summary and detail. */
  text: string;
  isNotice: boolean;
  readonly sinceMs: number;
  /** The summaries that were logged since the condition was last clear. */
  readonly logged: Set<string>;
}

/**
 * What is wrong with the daemon now, by names that stay. The log has each kind of problem once, and then that the condition is resolved,
 * however often it alternates with others in between and however its detail varies; `list` has the newest text. Thread: main.
 */
export class Conditions {
  readonly #log: Logger;
  readonly #monoMs: () => number;
  readonly #conditions = new Map<string, Condition>();

  constructor(log: Logger, monoMs: () => number) {
    this.#log = log;
    this.#monoMs = monoMs;
  }

  /**
   * Sets what is wrong with `name`: a summary, or one with a detail; null resolves it. `level` is the level at which it is logged. One of
   * level info is worth knowing, but not a problem.
   */
  set(name: string, problem: Problem | string | null, level: 'info' | 'warn' | 'error' = 'warn'): void {
    const before = this.#conditions.get(name);
    if (problem === null) {
      if (before === undefined) return;
      this.#conditions.delete(name);
      const lasted = duration((this.#monoMs() - before.sinceMs) / 1000);
      this.#log.info({ condition: name }, `resolved: ${before.summary} (lasted ${lasted})`);
      return;
    }
    const { summary, detail = null } = typeof problem === 'string' ? { summary: problem } : problem;
    const condition = before ?? {
      summary,
      text: '',
      isNotice: false,
      sinceMs: this.#monoMs(),
      logged: new Set(),
    };
    condition.summary = summary;
    condition.text = detail === null ? summary : `${summary}: ${detail}`;
    condition.isNotice = level === 'info';
    this.#conditions.set(name, condition);
    if (condition.logged.has(summary)) return;
    condition.logged.add(summary);
    this.#log[level]({ condition: name }, condition.text);
  }

  /** The problems there are, in the order in which they came. */
  list(): string[] {
    return [...this.#conditions.values()].flatMap(({ isNotice, text }) => (isNotice ? [] : [text]));
  }
}
