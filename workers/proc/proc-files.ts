import { statfsSync } from 'node:fs';
import { join } from 'node:path';
import { ProcFile } from './proc-file.js';

/** PROC_SUPER_MAGIC: nobody deletes the files of the kernel's own file system. */
const PROC_FS = 0x9fa0;

/** Makes the kernel files below a procfs root, which may be the kernel's own or a folder that stands for another machine. Thread: any. */
export class ProcFiles {
  readonly #procfs: string;
  readonly #mayBeDeleted: boolean;

  constructor(procfs: string) {
    this.#procfs = procfs;
    this.#mayBeDeleted = !isProcFs(procfs);
  }

  /** The file `name` below the root; opened when it is first read. `capacity`: how many bytes of it are wanted at most. */
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
