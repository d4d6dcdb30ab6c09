/**
 * What a fault may cost while it lasts.
 * `frames`: the proc lane may die. `ticks`: ticks may be missed. `unavailable`: /telemetry may say 503. `connections`: new connections may
 * fail. `beats`: heartbeats may come late, and one that was under way may be gone. `pushes`: the plugin may not get through.
 */
export type Excuse = 'frames' | 'ticks' | 'unavailable' | 'connections' | 'beats' | 'pushes';

interface Window {
  readonly fromMs: number;
  toMs: number;
  readonly excuses: readonly Excuse[];
}

/** The times in which a fault excuses something. Times are performance.now(). */
export class Windows {
  readonly #windows: Window[] = [];
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Opens one; the function that it returns closes it. */
  open(excuses: readonly Excuse[]): () => void {
    const window: Window = { fromMs: this.#nowMs(), toMs: Number.POSITIVE_INFINITY, excuses };
    this.#windows.push(window);
    return () => {
      window.toMs = this.#nowMs();
    };
  }

  /** Whether any moment of this time is excused. */
  covers(fromMs: number, toMs: number, excuse: Excuse): boolean {
    return this.#windows.some(
      (window) => window.fromMs <= toMs && fromMs <= window.toMs && window.excuses.includes(excuse),
    );
  }

  /** How much of this time is excused, ms. */
  excusedMs(fromMs: number, toMs: number, excuse: Excuse): number {
    return this.#windows
      .filter(({ excuses }) => excuses.includes(excuse))
      .reduce(
        (sum, window) => sum + Math.max(0, Math.min(toMs, window.toMs) - Math.max(fromMs, window.fromMs)),
        0,
      );
  }

  /** Whether a fault was going on, whatever it excuses. */
  isFaulty(fromMs: number, toMs: number): boolean {
    return this.#windows.some((window) => window.fromMs <= toMs && fromMs <= window.toMs);
  }
}
