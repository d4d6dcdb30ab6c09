import type { Health } from '../support/bridge-client.js';
import { type Deaths, LASTING_THREADS } from './cards.js';

/** How often each thread has died since `before`. */
export function deathsSince(before: Deaths, health: Health | null): Deaths {
  const now = deathsIn(health);
  return Object.fromEntries(
    LASTING_THREADS.map((thread) => [thread, (now[thread] ?? 0) - (before[thread] ?? 0)]),
  );
}

/** How often each thread has died. */
export function deathsIn(health: Health | null): Deaths {
  if (health === null) return {};
  const { lanes, heartbeat } = health;
  return { proc: lanes.proc.restarts, disk: lanes.disk.restarts, heartbeat: heartbeat.restarts };
}
