/**
 * Decides at which ticks something that is slower than a tick is due. It goes by the ticks' deadlines, not by the time at which
 * they were run, so that a tick that comes a little early or late changes nothing; it is never due more often than every
 * `periodMs`. Thread: any one. Allocates: nothing.
 */
export class Cadence {
  private readonly periodMs: number;
  private lastMs = Number.NEGATIVE_INFINITY;

  constructor(periodMs: number) {
    this.periodMs = periodMs;
  }

  /** Whether it is due at the tick of `deadlineMs`; if so, that counts as done. */
  due(deadlineMs: number): boolean {
    // Deadlines are sums of doubles: a thousandth of a millisecond is no distance.
    if (deadlineMs - this.lastMs < this.periodMs - 0.001) return false;
    this.lastMs = deadlineMs;
    return true;
  }
}
