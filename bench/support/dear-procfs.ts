import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { end, own } from './children.js';

/** What the process behind the dear file holds: to render its `smaps_rollup` the kernel walks all these pages. */
export const HELD_MEBIBYTES = 300;
const READS = 20;

/**
 * A `/proc` of links to the real one, of which `meminfo` is dear: it leads to the `smaps_rollup` of a process with much memory, and
 * reading it takes the reading thread milliseconds in the kernel, on its own account, as large files of a large host do. What it says is
 * not a meminfo.
 */
export class DearProcfs {
  readonly path = mkdtempSync(join(tmpdir(), 'monitor-bench-procfs-'));
  readonly #holder: ChildProcess;

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
    for (const name of readdirSync('/proc')) {
      if (!/^\d+$/.test(name) && name !== 'meminfo') symlinkSync(`/proc/${name}`, join(this.path, name));
    }
    symlinkSync(`/proc/${holder.pid}/smaps_rollup`, join(this.path, 'meminfo'));
  }

  /** Resolves when the memory is held. */
  static async make(): Promise<DearProcfs> {
    const script = fileURLToPath(new URL('memory-holder.js', import.meta.url));
    const holder = spawn(process.execPath, [script, String(HELD_MEBIBYTES)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    own(holder);
    await Promise.race([
      once(holder.stdout, 'data'),
      once(holder, 'exit').then(([code]) => {
        throw new Error(`no memory to hold: ended with ${code}`);
      }),
    ]);
    return new DearProcfs(holder);
  }

  /** The CPU time that one read of `meminfo` takes this process. */
  readCostMs(): number {
    const fd = openSync(join(this.path, 'meminfo'), 'r');
    const bytes = Buffer.allocUnsafeSlow(8_192);
    const before = process.cpuUsage();
    for (let i = 0; i < READS; i++) readSync(fd, bytes, 0, bytes.length, 0);
    const { user, system } = process.cpuUsage(before);
    closeSync(fd);
    return (user + system) / 1000 / READS;
  }

  /** Makes `meminfo` the real one. Whoever holds the dear one open is told that its process is gone. */
  async makeCheap(): Promise<void> {
    const link = join(this.path, 'meminfo.next');
    symlinkSync('/proc/meminfo', link);
    renameSync(link, join(this.path, 'meminfo'));
    await end(this.#holder);
  }

  async remove(): Promise<void> {
    await end(this.#holder);
    rmSync(this.path, { recursive: true });
  }
}
