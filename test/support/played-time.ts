import type { Surroundings } from '#plugin/surroundings.js';

/** Time that stands still until a test moves it, for the plugin. Timers that are due are called in their order. */
export class PlayedTime {
  readonly surroundings: Surroundings;
  #nowMs = 1_000;
  readonly #wallMs: number;
  readonly #timers = new Map<number, { atMs: number; run: () => void }>();
  #lastId = 0;

  constructor(options: { entryPath?: string; wallMs?: number } = {}) {
    this.#wallMs = options.wallMs ?? Date.now();
    this.surroundings = {
      nowMs: () => this.#nowMs,
      wallMs: () => this.#wallMs,
      setTimer: (run, delayMs) => {
        const id = ++this.#lastId;
        this.#timers.set(id, { atMs: this.#nowMs + delayMs, run });
        return () => this.#timers.delete(id);
      },
      entryPath: () => options.entryPath,
    };
  }

  /** How many timers are set now. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time on, and calls what falls due on the way. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms;
    for (;;) {
      const next = [...this.#timers].sort(([, a], [, b]) => a.atMs - b.atMs)[0];
      if (next === undefined || next[1].atMs > endMs) break;
      this.#timers.delete(next[0]);
      this.#nowMs = Math.max(this.#nowMs, next[1].atMs);
      next[1].run();
    }
    this.#nowMs = endMs;
  }

  /** Moves time on as a machine does that slept: what fell due is called late, once it is awake. */
  sleepThrough(ms: number): void {
    this.#nowMs += ms;
    this.advance(0);
  }
}
