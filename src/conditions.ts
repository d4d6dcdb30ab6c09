import type { Logger } from './log.js';
import { duration } from './shared/duration.js';

/** A problem. Two problems of a condition are of the same kind if their summaries are equal. */
export interface Problem {
  /** Equal for all failures of the same kind: contains no address, port, duration or count. */
  readonly summary: string;
  /** Shown after the summary; may differ each time. */
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
 * The daemon's current problems, keyed by stable condition names. Logs each kind of problem once, and then the resolution of the condition,
 * even if the kinds alternate or their details vary. `list` returns the newest texts. Thread: main.
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
   * Sets the problem of condition `name`: a summary, with or without a detail; null resolves the condition. `level` is the log level. At
   * level info the problem is only a notice, which `list` leaves out.
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

  /** The current problems without notices, oldest condition first. */
  list(): string[] {
    return [...this.#conditions.values()].flatMap(({ isNotice, text }) => (isNotice ? [] : [text]));
  }
}
