import { HISTORY_COLUMNS } from '../../src/shared/fields.js';
import type { History } from '../../src/shared/recorder.js';

const CHUNK_CHARS = 65_536;
/** Percentages and loads have three decimals, which is finer than the kernel's counters. */
const VALUE_SCALE = 1_000;

/**
 * Renders rows of the flight recorder as CSV (RFC 4180, but with LF line ends): a header line, then one line per row, oldest first. Times
 * are ISO 8601 in UTC and milliseconds of CLOCK_MONOTONIC; unknown values are empty. Yields ASCII in chunks of about 64 kB. Thread: any.
 * Allocates: one chunk at a time.
 */
export function* csvOf(history: History, chunkChars = CHUNK_CHARS): Generator<string> {
  let text = `time,monotonic_ms,${HISTORY_COLUMNS.join()}\n`;
  for (let row = 0; row < history.rows; row++) {
    text += lineOf(history, row);
    if (text.length < chunkChars) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function lineOf({ wallMs, monoMs, columns }: History, row: number): string {
  let line = `${new Date(wallMs[row]!).toISOString()},${monoMs[row]!.toFixed(3)}`;
  for (const column of columns) line += `,${cellOf(column[row]!)}`;
  return `${line}\n`;
}

function cellOf(value: number): string {
  return Number.isNaN(value) ? '' : String(Math.round(value * VALUE_SCALE) / VALUE_SCALE);
}
