import type { BeatClass } from '../../src/shared/messages.js';

/** The rules of the heartbeat's schedule as they are promised, each as the longest wait that it allows. */
const BACKOFF_CAP_MS = 120_000;
const UNAUTHORIZED_BASE_MS = 60_000;
const UNAUTHORIZED_CAP_MS = 900_000;
const JITTER_SHARE = 0.02;
/** The longest Retry-After of the soak's backend; a date may be a second further off than it says. */
const RETRY_AFTER_MS = 4_000;

/** The longest time that may pass behind a heartbeat that ended as `result`, the `failures`th in a row that failed. */
export function ceilingMs(result: BeatClass, failures: number, intervalMs: number): number {
  switch (result) {
    case 'accepted':
    case 'rejected':
      return (1.5 + JITTER_SHARE) * intervalMs;
    case 'unauthorized':
      return Math.max(intervalMs, Math.min(UNAUTHORIZED_CAP_MS, UNAUTHORIZED_BASE_MS * 2 ** (failures - 1)));
    default:
      return Math.max(
        RETRY_AFTER_MS + intervalMs,
        Math.min(Math.max(BACKOFF_CAP_MS, 2 * intervalMs), intervalMs * 2 ** failures),
      );
  }
}
