import { HISTORY_COLUMNS, type HistoryColumn } from '../../src/shared/fields.js';
import { createSharedMemory } from '../../src/shared/layout.js';
import { type History, RecorderReader, RecorderWriter } from '../../src/shared/recorder.js';

/** A row of a test's own: when, and what is known. What it does not tell is unknown. */
export interface TestRow extends Readonly<Partial<Record<HistoryColumn, number>>> {
  readonly atMs: number;
}

/** How far the wall clock of these rows is ahead of the monotonic one. */
export const WALL_AHEAD_MS = 1_774_000_000_000;

/** So many rows, `stepMs` apart, whose CPU goes from 0 to 100 again and again. */
export function everyMs(stepMs: number, count: number, fromMs = 0): TestRow[] {
  return Array.from({ length: count }, (_, i) => ({ atMs: fromMs + i * stepMs, cpu_pct: i % 101 }));
}

/** A flight recorder with these rows in it, in shared memory of its own. */
export function recorderOf(rows: readonly TestRow[]): RecorderReader {
  const shared = createSharedMemory(Math.max(1, rows.length));
  writeRows(shared, rows);
  return new RecorderReader(shared);
}

/** Appends rows as the proc lane does. */
export function writeRows(shared: SharedArrayBuffer, rows: readonly TestRow[]): void {
  const writer = new RecorderWriter(shared);
  for (const row of rows) {
    const values = HISTORY_COLUMNS.map((name) => row[name] ?? Number.NaN);
    writer.append(row.atMs, row.atMs + WALL_AHEAD_MS, Float32Array.from(values));
  }
}

/** These rows as they come out of a flight recorder. */
export function historyOf(rows: readonly TestRow[]): History {
  return recorderOf(rows).since(Number.NEGATIVE_INFINITY);
}
