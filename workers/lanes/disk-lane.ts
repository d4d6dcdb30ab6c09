import { type Clock, createClock } from '../../src/shared/clock.js';
import { ACTIVITY, type Activity, Control } from '../../src/shared/control.js';
import { D, DISK_NUMBERS } from '../../src/shared/fields.js';
import { FrameWriter } from '../../src/shared/frame-store.js';
import { DISK_STORE, SITES_MAX_BYTES } from '../../src/shared/layout.js';
import type { DiskLaneTask } from '../../src/shared/messages.js';
import { resolveBelow } from '../host/below.js';
import { readNginx } from '../host/nginx.js';
import { type DiskUse, readDiskUse } from '../host/statvfs.js';
import { Cadence } from './cadence.js';
import { runTicks } from './lane.js';
import { ThreadCpu } from './thread-cpu.js';

/**
 * Measures what may hang: the file system at the disk path, and nginx's files. Publishes frames of its own, for which nobody waits.
 * Calls `working` after the first tick. Thread: the disk lane's, which it blocks, for ever if the mount is dead.
 */
export function runDiskLane(task: DiskLaneTask, working: () => void): void {
  const clock = createClock();
  const sampler = new DiskSampler(task, clock);
  try {
    runTicks(
      { ...task, control: new Control(task.shared), clock },
      (deadlineMs, skipped) => {
        sampler.tick(deadlineMs, skipped);
        return task.diskIntervalMs;
      },
      working,
    );
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
export class DiskSampler {
  readonly #task: DiskLaneTask;
  readonly #clock: Clock;
  readonly #control: Control;
  readonly #writer: FrameWriter;
  readonly #threadCpu = new ThreadCpu();
  readonly #nginxCadence: Cadence;
  readonly #numbers: Float64Array;
  /** `nginx_sites` as JSON; empty: unknown. */
  #sites: Uint8Array = new Uint8Array(0);

  constructor(task: DiskLaneTask, clock: Clock) {
    this.#task = task;
    this.#clock = clock;
    this.#control = new Control(task.shared);
    this.#nginxCadence = new Cadence(task.nginxIntervalMs);
    this.#writer = new FrameWriter(task.shared, DISK_STORE);
    this.#numbers = new Float64Array(DISK_NUMBERS.length).fill(Number.NaN);
    const latest = this.#writer.latest();
    if (latest !== null) {
      // What the lane before this one knew stays, with its age.
      this.#numbers.set(latest.numbers);
      this.#sites = Uint8Array.from(latest.view());
    } else {
      for (const index of [D.disk_failed, D.nginx_failed, D.ticks, D.missed_ticks, D.read_errors])
        this.#numbers[index] = 0;
    }
  }

  /** nginx first, and published before the file system is asked: that call may be the last. */
  tick(deadlineMs: number, skipped: number): void {
    const numbers = this.#numbers;
    if (this.#nginxCadence.due(deadlineMs)) {
      if (!this.#enter(ACTIVITY.asking)) return;
      this.#sampleNginx();
      this.#publish();
    }
    if (!this.#enter(ACTIVITY.asking)) return;
    this.#sampleDisk();
    this.#enter(ACTIVITY.resting);
    numbers[D.ticks]!++;
    numbers[D.missed_ticks]! += skipped;
    numbers[D.lane_cpu_mono_ms] = this.#clock.monoMs();
    numbers[D.lane_cpu_ns] = this.#threadCpu.read(this.#clock.monoMs());
    this.#publish();
  }

  close(): void {
    this.#threadCpu.close();
  }

  #sampleDisk(): void {
    const numbers = this.#numbers;
    const startMs = this.#clock.monoMs();
    let use = UNKNOWN;
    try {
      use = readDiskUse(resolveBelow(this.#task.rootfs, this.#task.diskPath));
    } catch {
      // Unknown; `disk_failed` says so.
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

  /** What could be read is taken over; what could not stays as it was, and is said to be stale. */
  #sampleNginx(): void {
    const numbers = this.#numbers;
    const startMs = this.#clock.monoMs();
    const { installed, sites, cutOff: tooMany } = readNginx(this.#task.rootfs, this.#task.searchPath);
    if (installed !== null) numbers[D.nginx_installed] = installed ? 1 : 0;
    let failed = installed === null || sites === null || tooMany;
    if (sites !== null) {
      const { json, cutOff } = renderSites(sites);
      this.#sites = json;
      numbers[D.nginx_site_count] = sites.length;
      failed ||= cutOff;
    }
    const endMs = this.#clock.monoMs();
    numbers[D.nginx_duration_ms] = endMs - startMs;
    numbers[D.nginx_failed] = failed ? 1 : 0;
    if (failed) numbers[D.read_errors]!++;
    else numbers[D.nginx_mono_ms] = endMs;
  }

  /** False, and from then on always, when this lane was replaced. */
  #enter(activity: Activity): boolean {
    return this.#control.enter('disk', this.#task.generation, activity);
  }

  #publish(): void {
    if (!this.#enter(ACTIVITY.writing)) return;
    const slot = this.#writer.begin();
    slot.numbers.set(this.#numbers);
    slot.bytes.set(this.#sites);
    this.#writer.publish(slot, this.#sites.length);
    this.#enter(ACTIVITY.resting);
  }
}

/** The sites as JSON, as many as there is room for. */
function renderSites(sites: readonly string[]): { json: Uint8Array; cutOff: boolean } {
  const kept: string[] = [];
  let bytes = 2;
  for (const site of sites) {
    const text = JSON.stringify(site);
    bytes += Buffer.byteLength(text) + 1;
    if (bytes > SITES_MAX_BYTES) break;
    kept.push(text);
  }
  return { json: Buffer.from(`[${kept.join(',')}]`), cutOff: kept.length < sites.length };
}
