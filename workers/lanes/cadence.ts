/**
 * Decides at which ticks work slower than a tick is due. It compares the ticks' deadlines rather than the times at which they ran, so
 * jitter does not matter. Never due more often than every `periodMs`. Thread: any one. Allocates: nothing.
 */
export class Cadence {
  private readonly periodMs: number;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(periodMs: number) {
    this.periodMs = periodMs;
  }

  /** Returns whether the work is due at the tick of `deadlineMs`, and if so marks it as done. */
  due(deadlineMs: number): boolean {
    // Deadlines are sums of doubles: tolerate rounding errors.
    if (deadlineMs - this.lastMs < this.periodMs - 0.001) return false;
    this.lastMs = deadlineMs;
    return true;
  }
}
