import { T } from './fields.js';

/** No interval between samples is stretched beyond this, however expensive they are. */
export const SLOWEST_INTERVAL_MS = 10_000;

/** A blink is no outage. */
const MIN_STALE_MS = 2_000;

/** How old a frame may become before it is no longer the host's state: some ticks may be missed on a busy host. */
export function frameStaleAfterMs(intervalMs: number): number {
  return Math.max(MIN_STALE_MS, 3 * intervalMs);
}

/**
 * After how long a telemetry frame is too old: by the interval which its lane kept when it wrote it, or what it came to where reading takes
 * longer than that. Thread: any.
 */
export function staleAfterMsOf(numbers: Float64Array): number {
  return frameStaleAfterMs(Math.max(numbers[T.interval_ms]!, numbers[T.gap_ms]!));
}

/** Whether a telemetry frame is too old at `nowMs`. Thread: any. */
export function isFrameStale(numbers: Float64Array, nowMs: number): boolean {
  return nowMs - numbers[T.sampled_mono_ms]! > staleAfterMsOf(numbers);
}

/** Whether a telemetry frame tells of the host as it is at `nowMs`: something could be read, and not too long ago. Thread: any. */
export function isFrameFresh(numbers: Float64Array, nowMs: number): boolean {
  return numbers[T.valid] === 1 && !isFrameStale(numbers, nowMs);
}
