import { statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PRESSURE_RESOURCES } from '../../src/shared/fields.js';
import { Cadence } from '../lanes/cadence.js';
import { ProcFile } from './proc-file.js';

/** PROC_SUPER_MAGIC: nobody deletes the files of the kernel's own file system. */
const PROC_FS = 0x9fa0;
/** How often it is looked whether an open file was deleted or replaced. */
const DELETED_LOOK_PERIOD_MS = 5_000;
/** How often ZFS is looked for where there is none: the one file that a tick may open on a healthy host. */
const ARC_LOOK_PERIOD_MS = 60_000;

/** Of /proc/stat the lines of all cores, about 100 bytes each; /proc/meminfo is 1.5 kB today; arcstats about 8 kB. */
const STAT_BYTES = 8_192;
const MEMINFO_BYTES = 8_192;
const SMALL_BYTES = 256;
const ARCSTATS_BYTES = 32_768;

/** The kernel files that a proc lane reads, held open. Thread: the lane that made it. Allocates: nothing that lasts, once made. */
export class KernelFiles {
  readonly stat: ProcFile;
  readonly meminfo: ProcFile;
  readonly loadavg: ProcFile;
  readonly uptime: ProcFile;
  readonly arcstats: ProcFile;
  /** In PRESSURE_RESOURCES order. */
  readonly pressure: readonly ProcFile[];
  /** Whether there is ZFS on this host, as far as is known: its module may be loaded and taken away at any time. */
  hasArc = false;
  /** Whether files may be deleted or replaced: those of a folder that stands for another machine may. */
  readonly #mayBeDeleted: boolean;
  /** The files that every host has. */
  readonly #common: readonly ProcFile[];
  readonly #deletedCadence = new Cadence(DELETED_LOOK_PERIOD_MS);
  readonly #arcCadence = new Cadence(ARC_LOOK_PERIOD_MS);

  /** Opens what is there below `procfs`. */
  constructor(procfs: string, nowMs: number) {
    this.stat = new ProcFile(join(procfs, 'stat'), STAT_BYTES);
    this.meminfo = new ProcFile(join(procfs, 'meminfo'), MEMINFO_BYTES);
    this.loadavg = new ProcFile(join(procfs, 'loadavg'), SMALL_BYTES);
    this.uptime = new ProcFile(join(procfs, 'uptime'), SMALL_BYTES);
    this.arcstats = new ProcFile(join(procfs, 'spl/kstat/zfs/arcstats'), ARCSTATS_BYTES);
    this.pressure = PRESSURE_RESOURCES.map(
      (name) => new ProcFile(join(procfs, 'pressure', name), SMALL_BYTES),
    );
    this.#common = [this.stat, this.meminfo, this.loadavg, this.uptime];
    for (const file of this.#common) file.open(nowMs);
    this.#mayBeDeleted = !isProcFs(procfs);
  }

  /** Looks, now and then, for files that were deleted and for ZFS. To be called at each tick. */
  keepUp(deadlineMs: number, nowMs: number): void {
    if (this.#mayBeDeleted && this.#deletedCadence.due(deadlineMs)) {
      for (const file of this.#common) file.closeIfDeleted();
      for (const file of this.pressure) file.closeIfDeleted();
      this.arcstats.closeIfDeleted();
    }
    if (this.#arcCadence.due(deadlineMs)) this.hasArc = this.#isArcThere(nowMs);
  }

  /** ZFS that is gone gives no memory back; with ZFS that is there and can't be asked, it is not known what is available. */
  #isArcThere(nowMs: number): boolean {
    if (!this.hasArc) return this.arcstats.open(nowMs);
    return this.arcstats.isOpen || !isMissing(this.arcstats.path);
  }

  /** Lets all descriptors go. */
  close(): void {
    for (const file of this.#common) file.close();
    for (const file of this.pressure) file.close();
    this.arcstats.close();
  }
}

function isProcFs(path: string): boolean {
  try {
    return statfsSync(path).type === PROC_FS;
  } catch {
    return false;
  }
}

function isMissing(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}
