import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pressure } from '../../src/shared/probe.js';
import { MISSING } from '../proc/proc-file.js';

/**
 * Reads from `procfs`, with other code than the lane's, the percentage of the last ten seconds in which some task waited; 'unsupported':
 * the kernel has no pressure files. Blocks forever if the mount is dead. Thread: a process that may hang. Throws nothing.
 * @see https://docs.kernel.org/accounting/psi.html
 */
export function readPressureFiles(procfs: string): Pressure | 'unsupported' {
  const read = (resource: string): number | 'unsupported' | null => {
    try {
      const text = readFileSync(join(procfs, 'pressure', resource), 'latin1');
      const [, avg10] = /^some avg10=(\d+\.\d+) /m.exec(text) ?? [];
      return avg10 === undefined ? null : Number(avg10);
    } catch (error) {
      return MISSING.has((error as NodeJS.ErrnoException).code) ? 'unsupported' : null;
    }
  };
  const [cpu, memory, io] = [read('cpu'), read('memory'), read('io')];
  if (cpu === 'unsupported' || memory === 'unsupported' || io === 'unsupported') return 'unsupported';
  return { cpu, memory, io };
}
