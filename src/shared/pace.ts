import { T } from './fields.js';

/** Upper bound of a stretched interval, however expensive samples are. */
export const SLOWEST_INTERVAL_MS = 10_000;

/** A shorter pause does not make a frame stale. */
const MIN_STALE_MS = 2_000;

/** Age at which a frame is stale. It allows for some missed ticks on a busy host. */
export function frameStaleAfterMs(intervalMs: number): number {
  return Math.max(MIN_STALE_MS, 3 * intervalMs);
}

/**
 * Age at which a telemetry frame is stale: based on the interval in force when it was written, or on the actual time between samples if
 * that was longer. Thread: any.
 */
export function staleAfterMsOf(numbers: Float64Array): number {
  return frameStaleAfterMs(Math.max(numbers[T.interval_ms]!, numbers[T.gap_ms]!));
}

/** Whether a telemetry frame is stale at `nowMs`. Thread: any. */
export function isFrameStale(numbers: Float64Array, nowMs: number): boolean {
  return nowMs - numbers[T.sampled_mono_ms]! > staleAfterMsOf(numbers);
}

/** Whether a telemetry frame describes the host at `nowMs`: it is valid and not stale. Thread: any. */
export function isFrameFresh(numbers: Float64Array, nowMs: number): boolean {
  return numbers[T.valid] === 1 && !isFrameStale(numbers, nowMs);
}
