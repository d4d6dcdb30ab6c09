import { pressureOf } from '../details.js';
import type { Reading } from './feed.js';

/** The sample as a line of text of at most `width` characters, for a terminal whose cursor can't be moved. Percentages, unless it says load. */
export function plainLine({ snapshot }: Reading, width: number): string {
  const one = (value: number | null) => value?.toFixed(1) ?? '?';
  const some = pressureOf(snapshot);
  const parts = [
    snapshot.sampled_at.slice(11, 19),
    `cpu ${one(snapshot.cpu_pct)}`,
    `mem ${one(snapshot.mem_pct)}`,
    `swap ${one(snapshot.swap_pct)}`,
    `disk ${one(snapshot.disk_pct)}`,
    `load ${snapshot.load_avg?.map((each) => each.toFixed(2)).join(' ') ?? '?'}`,
    ...(some === null ? [] : [`psi ${one(some.cpu)} ${one(some.memory)} ${one(some.io)}`]),
  ];
  return parts.join('  ').slice(0, Math.max(0, width));
}

/** The sample as a line of JSON: what GET /telemetry tells, and `pressure_pct`, which is null where the kernel tells none. */
export function jsonLine({ snapshot }: Reading): string {
  return JSON.stringify({ ...snapshot, pressure_pct: pressureOf(snapshot) });
}
