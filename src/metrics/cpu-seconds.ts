import { T } from '../shared/fields.js';

/** As the kernel tells them; time of guests is inside `user` and `nice`. */
export const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
const INDEXES = CPU_MODES.map((mode) => T[`cpu_${mode}`]);
const IDLE = CPU_MODES.indexOf('idle');

/** Ticks of the kernel's counters in a second: 100 wherever Node runs on Linux. */
const USER_HZ = 100;
/** An idle counter that fell by more is another counter: of a guest that was moved or resumed. */
const JUMP_TICKS = 3 * USER_HZ;

/**
 * The kernel's CPU counters as counters that do not fall: they do at times, by a little, and Prometheus would take that for a start at
 * zero and count everything again. They stand still until they are where they were; after a jump they go on from there. Thread: main.
 */
export class CpuSeconds {
  readonly #ticks = new Float64Array(CPU_MODES.length).fill(Number.NaN);

  /** Seconds in each mode, by a frame's numbers. */
  take(numbers: Float64Array): Record<string, number> {
    const isJump = !(this.#ticks[IDLE]! - numbers[INDEXES[IDLE]!]! <= JUMP_TICKS);
    const seconds: Record<string, number> = {};
    for (const [i, mode] of CPU_MODES.entries()) {
      const now = numbers[INDEXES[i]!]!;
      if (isJump || !(now < this.#ticks[i]!)) this.#ticks[i] = now;
      seconds[mode] = this.#ticks[i]! / USER_HZ;
    }
    return seconds;
  }
}
