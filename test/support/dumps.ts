import { readFileSync } from 'node:fs';
import { HISTORY_COLUMNS } from '../../src/shared/fields.js';

/** A dump's rows: times in ms, and the values as they stand there. */
export interface DumpRow {
  readonly wallMs: number;
  readonly monoMs: number;
  readonly values: readonly string[];
}

/** Reads a dump, whose first line must be what it should be. */
export function readDump(path: string): DumpRow[] {
  const [head, ...lines] = readFileSync(path, 'utf8').split('\n');
  if (head !== ['time', 'monotonic_ms', ...HISTORY_COLUMNS].join()) throw new Error(`no dump: ${head}`);
  if (lines.pop() !== '') throw new Error('the last line has no end');
  return lines.map((line) => {
    const [time = '', monotonic = '', ...values] = line.split(',');
    if (values.length !== HISTORY_COLUMNS.length) throw new Error(`not a row: ${line}`);
    return { wallMs: Date.parse(time), monoMs: Number(monotonic), values };
  });
}
