import { renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Scope, temporaryFolder } from '../support/fixtures.js';
import type { FileFault, KernelFile } from './cards.js';

const FILES: readonly KernelFile[] = ['stat', 'meminfo', 'loadavg', 'uptime'];
const CONTENT: Readonly<Record<Exclude<FileFault, 'is gone'>, string>> = {
  'is garbage': '\0\u00ff nonsense\n',
  'is cut off': '',
};

/**
 * A folder that stands for the host's procfs: links to the kernel's own files, so that a tick reads what it reads anywhere. A lane holds
 * them open, so that what is changed here is seen by the lane that is started next.
 */
export class KernelFiles {
  readonly path: string;

  constructor(scope: Scope) {
    this.path = temporaryFolder(scope);
    for (const file of FILES) this.#link(file, '/proc');
  }

  /** Spoils one file. */
  spoil(file: KernelFile, how: FileFault): void {
    const path = join(this.path, file);
    if (how === 'is gone') {
      rmSync(path);
      return;
    }
    writeFileSync(`${path}.new`, CONTENT[how]);
    renameSync(`${path}.new`, path);
  }

  /** Lets all files be those below `procfs`. */
  linkAll(procfs: string): void {
    for (const file of FILES) this.#link(file, procfs);
  }

  #link(file: KernelFile, procfs: string): void {
    const path = join(this.path, file);
    symlinkSync(join(procfs, file), `${path}.new`);
    renameSync(`${path}.new`, path);
  }
}
