import { CPU_FIELDS } from '../proc/stat.js';
import { CORE_COLUMNS } from '../proc/stat-cores.js';

const [IDLE, IOWAIT, IRQ, SOFTIRQ] = (['idle', 'iowait', 'irq', 'softirq'] as const).map((field) =>
  CPU_FIELDS.indexOf(field),
);

/**
 * Finds the core that worked most between two readings, and the one that interrupts kept busiest. A core of which a counter fell, and one
 * that was not there before, is left out until the next reading. Thread: proc lane. Allocates: nothing, but where there are more cores than ever.
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
      const core = lines[now]!;
      while (before < this.#lastCount && last[before * CORE_COLUMNS]! < core) before++;
      const then = before * CORE_COLUMNS;
      if (before < this.#lastCount && last[then] === core) this.#compare(core, lines, now, then);
    }
    if (last.length < lines.length) this.#last = new Float64Array(lines.length);
    this.#last.set(lines);
    this.#lastCount = count;
  }

  /** Nothing is known of the time until now. */
  miss(): void {
    this.hottestCore = this.hottestPct = this.interruptedCore = this.interruptedPct = Number.NaN;
  }

  /** `now` and `then`: where the core's line begins in `lines`, and in those of the reading before. */
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
