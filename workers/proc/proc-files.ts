import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { ProcFile } from './proc-file.js';

/** PROC_SUPER_MAGIC: files of the kernel's own procfs are never deleted. */
const PROC_FS = 0x9fa0;

/** Creates the kernel files below a procfs root: the kernel's own, or a folder that stands in for another machine. Thread: any. */
export class ProcFiles {
  readonly #procfs: string;
  readonly #mayBeDeleted: boolean;

  constructor(procfs: string) {
    this.#procfs = procfs;
    this.#mayBeDeleted = !isProcFs(procfs);
  }

  /** The file `name` below the root; the first read opens it. `capacity`: the maximum number of bytes to read. */
  file(name: string, capacity: number): ProcFile {
    return new ProcFile(join(this.#procfs, name), capacity, this.#mayBeDeleted);
  }
}

function isProcFs(path: string): boolean {
  try {
    return statfsSync(path).type === PROC_FS;
  } catch {
    return false;
  }
}
