import { setTimeout as delay } from 'node:timers/promises';

const LOOK_EVERY_MS = 20;
/** Far more than anything here takes, even on a busy machine: only a test that has failed waits this long. */
const LIMIT_MS = 120_000;

/** Looks until `look` finds something (neither null nor false) and returns it. Rejects, naming `what`, when that takes for ever. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | null | false> | Found | null | false,
): Promise<Found> {
  const endMs = performance.now() + LIMIT_MS;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (performance.now() > endMs) throw new Error(`waited in vain for: ${what}`);
    await delay(LOOK_EVERY_MS);
  }
}
