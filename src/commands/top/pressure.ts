import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What tasks may have to wait for, as the kernel's files are called. */
export const PRESSURE_SOURCES = ['cpu', 'memory', 'io'] as const;
export type PressureSource = (typeof PRESSURE_SOURCES)[number];

/** For how much of the last ten seconds some task waited, in percent; null: it could not be had. */
export type Pressure = Readonly<Record<PressureSource, number | null>>;

/** What a kernel without it says: no such file, or one that can't be read, since it was turned off at boot. */
const UNSUPPORTED = new Set(['ENOENT', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Takes out of the text of a file such as `/proc/pressure/cpu` for how much of the last ten seconds some task waited, in percent; null
 * where it does not have its documented form.
 * @see https://docs.kernel.org/accounting/psi.html
 */
export function parsePressure(text: string): number | null {
  const [, avg10] = /^some avg10=(\d+\.\d+) /m.exec(text) ?? [];
  return avg10 === undefined ? null : Number(avg10);
}

/** Reads all three below `procfs`; 'unsupported': this kernel has none. Waits for ever where the mount is dead; never rejects. */
export async function readPressure(procfs: string): Promise<Pressure | 'unsupported'> {
  const read = (source: PressureSource) =>
    readFile(join(procfs, 'pressure', source), 'latin1').then(parsePressure, (error: unknown) =>
      UNSUPPORTED.has((error as NodeJS.ErrnoException).code ?? '') ? ('unsupported' as const) : null,
    );
  const [cpu, memory, io] = await Promise.all([read('cpu'), read('memory'), read('io')]);
  if (cpu === 'unsupported' || memory === 'unsupported' || io === 'unsupported') return 'unsupported';
  return { cpu, memory, io };
}
