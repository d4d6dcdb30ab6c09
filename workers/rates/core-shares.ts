import { CORE, CORE_COLUMNS } from '../proc/stat-cores.js';

/**
 * Finds the core that worked most between two readings, and the one that interrupts kept busiest. A core whose counters fell, and one that
 * was not there before, is left out until the next reading. Thread: proc lane. Allocates: nothing, but where there are more cores than ever.
 */
export class CoreShares {
  /** The core's number and its share of 100; NaN: unknown. `hottest` without interrupts, `interrupted` of these alone. */
  hottestCore = Number.NaN;
  hottestPct = Number.NaN;
  interruptedCore = Number.NaN;
  interruptedPct = Number.NaN;

  #last = new Float64Array(0);
  #lastCount = 0;

  /** Takes `count` lines as `parseStatCores` wrote them, ordered by the cores' numbers as the kernel does. */
  push(lines: Float64Array, count: number): void {
    this.miss();
    const last = this.#last;
    let before = 0;
    for (let i = 0; i < count; i++) {
      const now = i * CORE_COLUMNS;
      const core = lines[now + CORE.number]!;
      while (before < this.#lastCount && last[before * CORE_COLUMNS + CORE.number]! < core) before++;
      const then = before * CORE_COLUMNS;
      if (before === this.#lastCount || last[then + CORE.number] !== core) continue;
      const total = lines[now + CORE.total]! - last[then + CORE.total]!;
      const work = lines[now + CORE.work]! - last[then + CORE.work]!;
      const interrupts = lines[now + CORE.interrupts]! - last[then + CORE.interrupts]!;
      if (!(total > 0 && work >= 0 && interrupts >= 0 && work + interrupts <= total)) continue;
      this.#judge(core, (100 * work) / total, (100 * interrupts) / total);
    }
    if (last.length < lines.length) this.#last = new Float64Array(lines.length);
    this.#last.set(lines);
    this.#lastCount = count;
  }

  /** Nothing is known of the time until now. */
  miss(): void {
    this.hottestCore = this.hottestPct = this.interruptedCore = this.interruptedPct = Number.NaN;
  }

  #judge(core: number, workPct: number, interruptsPct: number): void {
    if (!(workPct <= this.hottestPct)) {
      this.hottestCore = core;
      this.hottestPct = workPct;
    }
    if (!(interruptsPct <= this.interruptedPct)) {
      this.interruptedCore = core;
      this.interruptedPct = interruptsPct;
    }
  }
}
