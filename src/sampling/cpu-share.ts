const MIN_MS = 5_000;
const WINDOW_MS = 60_000;

/** The share of one core that some threads use over about the last minute, computed from cumulative CPU time. Thread: main. */
export class CpuShare {
  /** Percent of one core; null until five seconds were measured. */
  pct: number | null = null;
  /** The same over the last whole minute, for comparison with the budget. */
  minutePct: number | null = null;
  #baseNs = Number.NaN;
  #baseMs = Number.NaN;

  /** Adds a reading. A CPU time that is unknown, or lower than before (a thread died), restarts the measurement. */
  push(cpuNs: number, atMs: number): void {
    const elapsedMs = atMs - this.#baseMs;
    const usedNs = cpuNs - this.#baseNs;
    if (!(usedNs >= 0)) {
      this.#baseNs = cpuNs;
      this.#baseMs = atMs;
      return;
    }
    if (elapsedMs >= MIN_MS) this.pct = usedNs / 1e4 / elapsedMs;
    if (elapsedMs >= WINDOW_MS) {
      this.minutePct = this.pct;
      this.#baseNs = cpuNs;
      this.#baseMs = atMs;
    }
  }
}
