import { T } from '../shared/fields.js';

/** The kernel's CPU modes. Guest time is included in `user` and `nice`. */
export const CPU_MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const;
const INDEXES = CPU_MODES.map((mode) => T[`cpu_${mode}`]);
const IDLE = CPU_MODES.indexOf('idle');

/** Ticks of the kernel's counters per second: 100 wherever Node runs on Linux. */
const USER_HZ = 100;
/** If the idle counter falls by more than this, the guest was migrated or resumed, and its counters are different ones. */
const JUMP_TICKS = 3 * USER_HZ;

/**
 * Makes the kernel's CPU counters monotonic. They sometimes fall by a little, which Prometheus would take for a counter reset and count
 * everything again. A counter that fell keeps its value until the kernel's counter catches up; after a jump it continues from the new
 * value. Thread: main.
 */
export class CpuSeconds {
  readonly #ticks = new Float64Array(CPU_MODES.length).fill(Number.NaN);

  /** Returns the seconds in each mode from a frame's numbers. */
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
