import { numberAt, numbersAt } from './json.js';
import { COLUMNS, type Column, type Points, perColumn } from './series.js';

/** Which of the answer's columns each of ours is. */
const SOURCE: Readonly<Record<Column, string>> = {
  cpu: 'cpu_pct',
  burst: 'cpu_pct',
  hottest: 'hottest_core_pct',
  memory: 'mem_pct',
  swap: 'swap_pct',
  load: 'load_1',
  pressureCpu: 'pressure_cpu_some_pct',
  pressureMemory: 'pressure_memory_some_pct',
  pressureIo: 'pressure_io_some_pct',
};
/** Over so long the CPU's mean is taken, as in a live sample. */
const MEAN_MS = 1_000;

/**
 * Reads a body of `GET /history`; null when it is none. Points are as old as the monitor's steady clock says, counted back from its wall clock
 * as it is now, which may have been set since.
 */
export function readHistory(json: unknown): Points | null {
  const agesMs = numbersAt(json, 'age_ms');
  const nowMs = numberAt(json, 'now_ms');
  if (agesMs === null || nowMs === null) return null;
  const timesMs = agesMs.map((ageMs) => nowMs - (ageMs ?? 0));
  const columns = perColumn((column) => {
    const values = numbersAt(json, COLUMNS[column], SOURCE[column]) ?? [];
    return timesMs.map((_, i) => values[i] ?? null);
  });
  return { timesMs, columns: { ...columns, cpu: trailingMeans(timesMs, columns.cpu, MEAN_MS) } };
}

/**
 * For each value the mean of those of the last `spanMs` that are known; null stays null. It is made anew of each second's values, and kept
 * between them: a sum that is carried along drifts, and with it a mean of hundreds gets above a hundred.
 */
export function trailingMeans(
  timesMs: readonly number[],
  values: readonly (number | null)[],
  spanMs: number,
): (number | null)[] {
  let from = 0;
  return values.map((value, i) => {
    if (value === null) return null;
    while (timesMs[from]! <= timesMs[i]! - spanMs && from < i) from++;
    const known = values.slice(from, i + 1).filter((each) => each !== null);
    const mean = known.reduce((sum, each) => sum + each, 0) / known.length;
    return Math.min(Math.max(...known), Math.max(Math.min(...known), mean));
  });
}
