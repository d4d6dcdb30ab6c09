import { CPU_FIELDS } from '../proc/stat.js';
import { CORE_COLUMNS } from '../proc/stat-cores.js';

const [IDLE, IOWAIT, IRQ, SOFTIRQ] = (['idle', 'iowait', 'irq', 'softirq'] as const).map((field) =>
  CPU_FIELDS.indexOf(field),
);

/**
 * Finds the core that was busiest between two readings, and the core that spent most time in interrupts. A new core, and one with a counter
 * that fell, are left out until the next reading. Thread: proc lane. Allocates: only if there are more cores than ever before.
 */
export class CoreShares {
  /** The core's number and its share, 0 to 100; NaN: unknown. `hottest` excludes interrupts, `interrupted` counts only interrupts. */
  hottestCore = Number.NaN;
  hottestPct = Number.NaN;
  interruptedCore = Number.NaN;
  interruptedPct = Number.NaN;

  #last = new Float64Array(0);
  #lastCount = 0;

  /** Takes `count` lines as written by `parseStatCores`, in ascending order of core number, like the kernel's. */
  push(lines: Float64Array, count: number): void {
    this.miss();
    const last = this.#last;
    let before = 0;
    for (let i = 0; i < count; i++) {
      const now = i * CORE_COLUMNS;
      const core = lines[now]!;
      while (before < this.#lastCount && last[before * CORE_COLUMNS]! < core) before++;
      const then = before * CORE_COLUMNS;
      if (before < this.#lastCount && last[then] === core) this.#compare(core, lines, now, then);
    }
    if (last.length < lines.length) this.#last = new Float64Array(lines.length);
    this.#last.set(lines);
    this.#lastCount = count;
  }

  /** Marks the time up to now as unknown. */
  miss(): void {
    this.hottestCore = this.hottestPct = this.interruptedCore = this.interruptedPct = Number.NaN;
  }

  /** `now` and `then` are the offsets of the core's line in `lines` and in the previous reading. */
  #compare(core: number, lines: Float64Array, now: number, then: number): void {
    let work = 0;
    let interrupts = 0;
    let total = 0;
    for (let i = 0; i < CPU_FIELDS.length; i++) {
      const step = lines[now + 1 + i]! - this.#last[then + 1 + i]!;
      if (step < 0) return;
      total += step;
      if (i === IRQ || i === SOFTIRQ) interrupts += step;
      else if (i !== IDLE && i !== IOWAIT) work += step;
    }
    if (total === 0) return;
    const workPct = (100 * work) / total;
    const interruptsPct = (100 * interrupts) / total;
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
