import { FRAME_NUMBERS, type NumberName, T } from '../../src/shared/fields.js';
import { CpuWindow } from '../../workers/rates/cpu-window.js';

const COUNTED = [
  'cpu_busy_ticks',
  'cpu_total_ticks',
  'cpu_user_ticks',
  'cpu_system_ticks',
  'cpu_iowait_ticks',
  'cpu_steal_ticks',
  'cpu_anomalies',
] as const satisfies readonly NumberName[];

/** A CpuWindow on numbers of its own, as a first lane has them. */
export class CpuWindowRig {
  readonly numbers: Float64Array;
  readonly #windowMs: number;
  readonly #readMs: number;
  #window: CpuWindow;

  constructor(windowMs: number, readMs: number) {
    this.numbers = new Float64Array(FRAME_NUMBERS).fill(Number.NaN);
    for (const name of COUNTED) this.numbers[T[name]] = 0;
    this.#windowMs = windowMs;
    this.#readMs = readMs;
    this.#window = new CpuWindow(this.numbers, windowMs, readMs);
  }

  /** Begins anew with what another lane left: its last counters, its sums (COUNTED order) and its anomalies. */
  resume(counters: Float64Array, sums: Float64Array, anomalies: number): void {
    this.numbers.set(counters, T.cpu_user);
    for (const [i, sum] of sums.entries()) this.numbers[T[COUNTED[i]!]] = sum;
    this.numbers[T.cpu_anomalies] = anomalies;
    this.#window = new CpuWindow(this.numbers, this.#windowMs, this.#readMs);
  }

  push(counters: Float64Array, atMs: number, readMs = this.#readMs): void {
    this.#window.push(counters, atMs, readMs);
  }

  miss(atMs = 0): void {
    this.#window.miss(atMs);
  }

  number(name: NumberName): number {
    return this.numbers[T[name]]!;
  }

  get pct(): number {
    return this.number('cpu_pct');
  }

  get burstPct(): number {
    return this.number('cpu_100ms_pct');
  }

  get anomalies(): number {
    return this.number('cpu_anomalies');
  }
}
