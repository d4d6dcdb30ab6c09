import { countBurst } from '../../src/shared/burst.js';
import { T } from '../../src/shared/fields.js';
import { CPU_FIELDS } from '../proc/stat.js';

/** Length of a burst. /proc/stat advances in steps of 10 ms, so shares of a shorter time would be noise. */
export const BURST_MS = 100;
/** A share over more than this does not count as one of 100 ms. */
const MAX_BURST_MS = 125;
/** A burst's base may be younger than BURST_MS by this part of the time between readings, since readings are no finer than that. */
const BURST_TOLERANCE = 0.65;

const COLUMNS = CPU_FIELDS.length;
/** Numbers of a ring entry: its time, then the sums at that time, in the order of the frame. */
const ENTRY = 8;
const [BUSY, TOTAL, USER, SYSTEM, IOWAIT, STEAL] = [1, 2, 3, 4, 5, 6] as const;

// Indices of the sums in a frame, and of the counters as last read.
const SUM_BUSY = T.cpu_busy_ticks;
const SUM_TOTAL = T.cpu_total_ticks;
const SUM_USER = T.cpu_user_ticks;
const SUM_SYSTEM = T.cpu_system_ticks;
const SUM_IOWAIT = T.cpu_iowait_ticks;
const SUM_STEAL = T.cpu_steal_ticks;
const LAST = T.cpu_user;
const LAST_IOWAIT = T.cpu_iowait;
const LAST_STEAL = T.cpu_steal;
const PCT = T.cpu_pct;
const USER_PCT = T.cpu_user_pct;
const SYSTEM_PCT = T.cpu_system_pct;
const IOWAIT_PCT = T.cpu_iowait_pct;
const STEAL_PCT = T.cpu_steal_pct;
const BURST_PCT = T.cpu_100ms_pct;
const ANOMALIES = T.cpu_anomalies;

/**
 * Turns readings of the CPU counters into the CPU values of a telemetry frame: the sums over all valid steps, the shares of the trailing
 * window, the busy share of the trailing 100 ms, and the histogram of these (`shared/burst.ts`). All results are in the frame's numbers.
 *
 * If a counter falls (iowait, a CPU that came back online, resume, migration), the step is invalid: the window restarts at that reading,
 * and the step counts as an anomaly and is in no sum.
 *
 * Thread: proc lane. Allocates: nothing after construction. `push` runs at every tick and is deliberately one flat function: at 20 Hz the
 * caches are cold, and each further function or array costs more than its arithmetic.
 */
export class CpuWindow {
  private readonly numbers: Float64Array;
  private readonly windowMs: number;
  /** A base still counts if it is younger than the window by up to this: half a tick's distance, or half a window if that is less. */
  private readonly toleranceMs: number;
  // A ring of the window's readings, numbered from 0: `first` is the oldest, `next - 1` the newest.
  private readonly capacity: number;
  private readonly ring: Float64Array;
  private hasLast: boolean;
  private first = 0;
  private next = 0;
  private burstBase = 0;
  /** Time of the newest reading; NaN: none yet. */
  private observedMs = Number.NaN;

  /**
   * Continues from the counters, sums and histogram in `numbers` (TELEMETRY_NUMBERS order, then the histogram), so that the step across the
   * gap between two lanes is counted, too. `readMs`: the time between readings when nothing stretches it.
   */
  constructor(numbers: Float64Array, windowMs: number, readMs: number) {
    this.numbers = numbers;
    this.windowMs = windowMs;
    this.toleranceMs = Math.min(readMs, windowMs) / 2;
    // The readings of one window, the base, and two more: a late tick and the tick right after it may both be in the window.
    this.capacity = Math.ceil(windowMs / readMs) + 4;
    this.ring = new Float64Array(this.capacity * ENTRY);
    this.hasLast = !Number.isNaN(numbers[LAST]!);
  }

  /**
   * Takes one reading (CPU_FIELDS order; NaN if the kernel lacks a column) and updates all values. `readMs`: the current time between
   * readings.
   */
  push(counters: Float64Array, atMs: number, readMs: number): void {
    const { numbers, ring, capacity } = this;

    // The step since the previous reading.
    if (this.hasLast) {
      let isSound = true;
      for (let i = 0; i < COLUMNS; i++) if (counters[i]! < numbers[LAST + i]!) isSound = false;
      if (isSound) {
        let total = 0;
        let idle = 0;
        for (let i = 0; i < COLUMNS; i++) {
          const step = counters[i]! - numbers[LAST + i]!;
          // A column that is missing at either end is in no sum.
          if (!(step >= 0)) continue;
          total += step;
          if (i <= 1) numbers[SUM_USER]! += step;
          else if (i === 2) numbers[SUM_SYSTEM]! += step;
          else if (i === 3) idle += step;
          else if (i === 4) {
            idle += step;
            numbers[SUM_IOWAIT]! += step;
          } else if (i === 7) numbers[SUM_STEAL]! += step;
        }
        numbers[SUM_TOTAL]! += total;
        numbers[SUM_BUSY]! += total - idle;
      } else {
        numbers[ANOMALIES]!++;
        this.first = this.next;
      }
    }
    this.hasLast = true;
    for (let i = 0; i < COLUMNS; i++) numbers[LAST + i] = counters[i]!;

    // The newest entry.
    if (this.next - this.first === capacity) this.first++;
    const at = (this.next % capacity) * ENTRY;
    ring[at] = atMs;
    ring[at + BUSY] = numbers[SUM_BUSY]!;
    ring[at + TOTAL] = numbers[SUM_TOTAL]!;
    ring[at + USER] = numbers[SUM_USER]!;
    ring[at + SYSTEM] = numbers[SUM_SYSTEM]!;
    ring[at + IOWAIT] = numbers[SUM_IOWAIT]!;
    ring[at + STEAL] = numbers[SUM_STEAL]!;
    const next = ++this.next;

    // Shares of the window. Its base is the newest reading that is at least a window old; older ones are dropped.
    const windowBaseMs = atMs - this.windowMs + this.toleranceMs;
    let { first } = this;
    while (first + 1 < next && ring[((first + 1) % capacity) * ENTRY]! <= windowBaseMs) first++;
    this.first = first;
    const base = (first % capacity) * ENTRY;
    const windowTotal = numbers[SUM_TOTAL]! - ring[base + TOTAL]!;
    if (ring[base]! <= windowBaseMs && windowTotal > 0) {
      const scale = 100 / windowTotal;
      numbers[PCT] = (numbers[SUM_BUSY]! - ring[base + BUSY]!) * scale;
      numbers[USER_PCT] = (numbers[SUM_USER]! - ring[base + USER]!) * scale;
      numbers[SYSTEM_PCT] = (numbers[SUM_SYSTEM]! - ring[base + SYSTEM]!) * scale;
      // NaN if the kernel lacks the column.
      numbers[IOWAIT_PCT] = (numbers[SUM_IOWAIT]! - ring[base + IOWAIT]!) * scale + 0 * numbers[LAST_IOWAIT]!;
      numbers[STEAL_PCT] = (numbers[SUM_STEAL]! - ring[base + STEAL]!) * scale + 0 * numbers[LAST_STEAL]!;
    } else {
      numbers[PCT] = numbers[USER_PCT] = numbers[SYSTEM_PCT] = Number.NaN;
      numbers[IOWAIT_PCT] = numbers[STEAL_PCT] = Number.NaN;
    }

    // The busy share since the newest reading that is about 100 ms old.
    const burstBaseMs = atMs - BURST_MS + Math.min(readMs, BURST_MS) * BURST_TOLERANCE;
    let burst = Math.max(this.burstBase, first);
    while (burst + 1 < next && ring[((burst + 1) % capacity) * ENTRY]! <= burstBaseMs) burst++;
    this.burstBase = burst;
    const from = (burst % capacity) * ENTRY;
    const total = numbers[SUM_TOTAL]! - ring[from + TOTAL]!;
    const isBurst = ring[from]! <= burstBaseMs && atMs - ring[from]! <= MAX_BURST_MS && total > 0;
    const pct = isBurst ? (100 * (numbers[SUM_BUSY]! - ring[from + BUSY]!)) / total : Number.NaN;
    numbers[BURST_PCT] = pct;

    // The histogram: the time since the previous share counts for this one.
    const passedMs = atMs - this.observedMs;
    this.observedMs = atMs;
    if (pct >= 0 && passedMs > 0) countBurst(numbers, pct, passedMs);
  }

  /** Records that the counters could not be read: the shares are unknown; the step to the next reading still counts in the sums. */
  miss(atMs: number): void {
    const { numbers } = this;
    numbers[PCT] = numbers[USER_PCT] = numbers[SYSTEM_PCT] = Number.NaN;
    numbers[IOWAIT_PCT] = numbers[STEAL_PCT] = numbers[BURST_PCT] = Number.NaN;
    this.observedMs = atMs;
  }
}
