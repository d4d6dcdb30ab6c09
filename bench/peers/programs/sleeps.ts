import { readFileSync } from 'node:fs';

/** How often the first thread of a process has gone to sleep by itself: samplers do it once a tick. */
export function readSleeps(pid: number): number {
  const [, count] =
    /^voluntary_ctxt_switches:\t(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  if (count === undefined) throw new Error(`/proc/${pid}/status does not count its sleeps`);
  return Number(count);
}
