import { setTimeout as delay } from 'node:timers/promises';

/** Waits for `ms`, or until `signal`; never rejects. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(Math.max(0, ms), undefined, { signal }).catch(() => {});
}
