import { BURST_BUCKETS, BURST_COUNTERS, BURST_FIRST } from './fields.js';

/**
 * Reads the histogram of busy shares. Its counters are in every telemetry frame and are never reset; the difference of two frames' counters
 * describes the time between them. Any thread.
 */

/** Statistics of an interval, in percent and milliseconds. NaN: no share is known. */
export interface BurstStatistics {
  /** How much of the interval has a known share. */
  seenMs: number;
  /** Upper bound, in whole percent, of the busiest 100 ms. */
  maxPct: number;
  /** Upper bound, in whole percent, of the share's 95th percentile by time. */
  p95Pct: number;
  meanPct: number;
  above90Ms: number;
}

const QUANTILE = 0.95;
const HIGH_PCT = 90;

/**
 * Adds `ms` for the busy share `pct`, 0 to 100, to the histogram after a telemetry frame's `numbers`. Thread: proc lane. Allocates:
 * nothing.
 */
export function countBurst(numbers: Float64Array, pct: number, ms: number): void {
  numbers[BURST_FIRST + Math.ceil(pct)]! += ms;
  numbers[BURST_FIRST + BURST_BUCKETS]! += (pct / 100) * ms;
}

/** Creates an empty result for `burstsBetween` to fill in. */
export function createBurstStatistics(): BurstStatistics {
  return { seenMs: 0, maxPct: Number.NaN, p95Pct: Number.NaN, meanPct: Number.NaN, above90Ms: Number.NaN };
}

/** Copies the counters out of a telemetry frame's `numbers`. Shape: `out` is Float64Array[BURST_COUNTERS]. Allocates: nothing. */
export function copyBurstCounters(numbers: Float64Array, out: Float64Array): void {
  for (let i = 0; i < BURST_COUNTERS; i++) out[i] = numbers[BURST_FIRST + i]!;
}

/**
 * Updates `out` with the statistics of the time from `base` (filled by `copyBurstCounters`) to `numbers`, a telemetry frame's. Allocates:
 * nothing.
 */
export function burstsBetween(base: Float64Array, numbers: Float64Array, out: BurstStatistics): void {
  let seenMs = 0;
  let above90Ms = 0;
  let max = -1;
  for (let i = 0; i < BURST_BUCKETS; i++) {
    const ms = numbers[BURST_FIRST + i]! - base[i]!;
    if (!(ms > 0)) continue;
    seenMs += ms;
    if (i > HIGH_PCT) above90Ms += ms;
    max = i;
  }
  out.seenMs = seenMs;
  if (max < 0) {
    out.maxPct = out.p95Pct = out.meanPct = out.above90Ms = Number.NaN;
    return;
  }
  let above = seenMs * (1 - QUANTILE);
  let p95 = max;
  for (; p95 > 0; p95--) {
    above -= numbers[BURST_FIRST + p95]! - base[p95]!;
    if (above < 0) break;
  }
  out.maxPct = max;
  out.p95Pct = p95;
  out.meanPct = (100 * (numbers[BURST_FIRST + BURST_BUCKETS]! - base[BURST_BUCKETS]!)) / seenMs;
  out.above90Ms = above90Ms;
}
