import { type Clock, createClock } from '../../src/shared/clock.js';
import { ACTIVITY, type Activity, Control } from '../../src/shared/control.js';
import { describeSystemError, type Reason } from '../../src/shared/errors.js';
import { D, DISK_NUMBERS } from '../../src/shared/fields.js';
import { FrameWriter } from '../../src/shared/frame-store.js';
import { DISK_STORE, SITES_MAX_BYTES } from '../../src/shared/layout.js';
import type { DiskLaneTask } from '../../src/shared/messages.js';
import type { DiskNotes } from '../../src/shared/reasons.js';
import { resolveBelow } from '../host/below.js';
import { readNginx } from '../host/nginx.js';
import { type DiskUse, readDiskUse } from '../host/statvfs.js';
import { Cadence } from './cadence.js';
import { LaneLoop, MANY_TICKS, type Ticking } from './lane.js';
import { ThreadCpu } from './thread-cpu.js';

/**
 * Measures what may hang: the file system at the disk path, and nginx's files. Publishes its own frames, for which no thread waits. Calls
 * `working` after the first tick. Thread: the disk lane's, which it blocks (forever if the mount is dead).
 */
export function runDiskLane(task: DiskLaneTask, working: () => void): void {
  const clock = createClock();
  const sampler = new DiskSampler(task, clock);
  try {
    const loop = new LaneLoop({ ...task, control: new Control(task.shared), clock }, sampler);
    if (!loop.first()) return;
    working();
    while (loop.run(MANY_TICKS));
  } finally {
    sampler.close();
  }
}

const UNKNOWN: DiskUse = {
  usedPct: Number.NaN,
  sizeBytes: Number.NaN,
  usedBytes: Number.NaN,
  availableBytes: Number.NaN,
};

/** The work of a disk lane's tick. Thread: the lane's. Allocates: a little, every few seconds. */
export class DiskSampler implements Ticking {
  readonly #task: DiskLaneTask;
  readonly #clock: Clock;
  readonly #control: Control;
  readonly #writer: FrameWriter;
  readonly #threadCpu = new ThreadCpu();
  readonly #nginxCadence: Cadence;
  readonly #numbers: Float64Array;
  #sites: readonly string[] | null = null;
  readonly #reasons: { disk?: Reason; nginx?: Reason } = {};

  constructor(task: DiskLaneTask, clock: Clock) {
    this.#task = task;
    this.#clock = clock;
    this.#control = new Control(task.shared);
    this.#nginxCadence = new Cadence(task.nginxIntervalMs);
    this.#writer = new FrameWriter(task.shared, DISK_STORE);
    this.#numbers = new Float64Array(DISK_NUMBERS.length).fill(Number.NaN);
    const latest = this.#writer.latest();
    if (latest !== null) {
      // Keep the values of the previous lane, with their age.
      this.#numbers.set(latest.numbers);
      this.#sites = (JSON.parse(Buffer.from(latest.view()).toString()) as DiskNotes).sites;
    } else {
      for (const index of [D.disk_failed, D.nginx_failed, D.ticks, D.missed_ticks, D.read_errors])
        this.#numbers[index] = 0;
    }
  }

  /** Reads and publishes nginx before it queries the file system, since that call may never return. */
  tick(deadlineMs: number, skipped: number): number {
    const { diskIntervalMs } = this.#task;
    const numbers = this.#numbers;
    if (this.#nginxCadence.due(deadlineMs)) {
      if (!this.#enter(ACTIVITY.asking)) return diskIntervalMs;
      this.#sampleNginx();
      this.#publish();
    }
    if (!this.#enter(ACTIVITY.asking)) return diskIntervalMs;
    this.#sampleDisk();
    this.#enter(ACTIVITY.resting);
    numbers[D.ticks]!++;
    numbers[D.missed_ticks]! += skipped;
    numbers[D.lane_cpu_mono_ms] = this.#clock.monoMs();
    numbers[D.lane_cpu_ns] = this.#threadCpu.read(this.#clock.monoMs());
    this.#publish();
    return diskIntervalMs;
  }

  close(): void {
    this.#threadCpu.close();
  }

  #sampleDisk(): void {
    const numbers = this.#numbers;
    const startMs = this.#clock.monoMs();
    const { rootfs, diskPath } = this.#task;
    let use = UNKNOWN;
    delete this.#reasons.disk;
    try {
      use = readDiskUse(resolveBelow(rootfs, diskPath));
      if (Number.isNaN(use.usedPct))
        this.#reasons.disk = { summary: `the file system at ${diskPath} has no blocks`, detail: null };
    } catch (error) {
      const summary = `cannot read the file system at ${diskPath}`;
      this.#reasons.disk = { summary, detail: describeSystemError(error) };
    }
    const endMs = this.#clock.monoMs();
    const failed = Number.isNaN(use.usedPct);
    numbers[D.disk_pct] = use.usedPct;
    numbers[D.disk_size_bytes] = use.sizeBytes;
    numbers[D.disk_used_bytes] = use.usedBytes;
    numbers[D.disk_available_bytes] = use.availableBytes;
    numbers[D.disk_duration_ms] = endMs - startMs;
    numbers[D.disk_failed] = failed ? 1 : 0;
    if (failed) numbers[D.read_errors]!++;
    else numbers[D.disk_mono_ms] = endMs;
  }

  /** Updates what could be read; the rest keeps its value and is marked as stale. */
  #sampleNginx(): void {
    const numbers = this.#numbers;
    const startMs = this.#clock.monoMs();
    const { installed, sites, cutOff: tooMany } = readNginx(this.#task.rootfs, this.#task.searchPath);
    if (installed !== null) numbers[D.nginx_installed] = installed ? 1 : 0;
    let reason = installed === null || sites === null ? "cannot read all of nginx's files" : null;
    if (sites !== null) {
      this.#sites = sitesThatFit(sites);
      numbers[D.nginx_site_count] = sites.length;
      if (tooMany || this.#sites.length < sites.length)
        reason ??= 'nginx has more sites than fit into a frame';
    }
    const failed = reason !== null;
    delete this.#reasons.nginx;
    if (reason !== null) this.#reasons.nginx = { summary: reason, detail: null };
    const endMs = this.#clock.monoMs();
    numbers[D.nginx_duration_ms] = endMs - startMs;
    numbers[D.nginx_failed] = failed ? 1 : 0;
    if (failed) numbers[D.read_errors]!++;
    else numbers[D.nginx_mono_ms] = endMs;
  }

  /** Returns false, from then on always, if this lane was replaced. */
  #enter(activity: Activity): boolean {
    return this.#control.enter('disk', this.#task.generation, activity);
  }

  #publish(): void {
    if (!this.#enter(ACTIVITY.writing)) return;
    const slot = this.#writer.begin();
    slot.numbers.set(this.#numbers);
    const notes: DiskNotes = { sites: this.#sites, reasons: this.#reasons };
    this.#writer.publish(slot, slot.write(JSON.stringify(notes)));
    this.#enter(ACTIVITY.resting);
  }
}

/** Returns as many sites as fit into a frame. */
function sitesThatFit(sites: readonly string[]): readonly string[] {
  let bytes = 2;
  for (const [i, site] of sites.entries()) {
    bytes += Buffer.byteLength(JSON.stringify(site)) + 1;
    if (bytes > SITES_MAX_BYTES) return sites.slice(0, i);
  }
  return sites;
}
