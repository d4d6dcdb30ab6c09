import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pressure } from '../../src/shared/probe.js';

/** What a kernel without it says: no such file, or one that can't be read, since it was turned off at boot. */
const UNSUPPORTED: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Takes out of the text of a file such as `/proc/pressure/cpu` for how much of the last ten seconds some task waited, in percent; null
 * where it does not have its documented form.
 * @see https://docs.kernel.org/accounting/psi.html
 */
export function parsePressure(text: string): number | null {
  const [, avg10] = /^some avg10=(\d+\.\d+) /m.exec(text) ?? [];
  return avg10 === undefined ? null : Number(avg10);
}

/** Reads all three below `procfs`; 'unsupported': this kernel has none. Waits for ever where the mount is dead. Throws nothing. */
export function readPressure(procfs: string): Pressure | 'unsupported' {
  const read = (source: string): number | 'unsupported' | null => {
    try {
      return parsePressure(readFileSync(join(procfs, 'pressure', source), 'latin1'));
    } catch (error) {
      return UNSUPPORTED.has((error as NodeJS.ErrnoException).code) ? 'unsupported' : null;
    }
  };
  const [cpu, memory, io] = [read('cpu'), read('memory'), read('io')];
  if (cpu === 'unsupported' || memory === 'unsupported' || io === 'unsupported') return 'unsupported';
  return { cpu, memory, io };
}
