import { D, S, T } from '../../src/shared/fields.js';
import { FrameReader } from '../../src/shared/frame-store.js';
import { DISK_READER, DISK_STORE } from '../../src/shared/layout.js';
import type { ProcLaneTask } from '../../src/shared/messages.js';
import type { Staleness } from './stale.js';

/**
 * Copies the disk lane's newest frame into the telemetry numbers and checks its age; never waits for that lane. Thread: proc lane, in
 * `writing`, since a lane that was given up shares its pin with its successor. Allocates: nothing.
 */
export class DiskFold {
  readonly #disk: FrameReader;
  readonly #diskStaleAfterMs: number;
  readonly #nginxStaleAfterMs: number;
  #sequence = 0;

  /** CPU time of the disk lane's thread as of its last frame, ns; 0 before the first frame and where the kernel does not account for it. */
  laneCpuNs = 0;

  constructor(options: Pick<ProcLaneTask, 'shared' | 'diskStaleAfterMs' | 'nginxStaleAfterMs'>) {
    this.#disk = new FrameReader(options.shared, DISK_STORE, DISK_READER.procLane);
    this.#diskStaleAfterMs = options.diskStaleAfterMs;
    this.#nginxStaleAfterMs = options.nginxStaleAfterMs;
  }

  /** Updates the disk and nginx values in `numbers` (TELEMETRY_NUMBERS order) and their staleness. */
  fold(numbers: Float64Array, stale: Staleness, nowMs: number): void {
    const frame = this.#disk.acquire();
    if (frame !== null) {
      const disk = frame.numbers;
      if (frame.sequence !== this.#sequence) {
        this.#sequence = frame.sequence;
        this.laneCpuNs = disk[D.lane_cpu_ns]! || 0;
        numbers[T.disk_pct] = disk[D.disk_pct]!;
        numbers[T.disk_size_bytes] = disk[D.disk_size_bytes]!;
        numbers[T.disk_used_bytes] = disk[D.disk_used_bytes]!;
        numbers[T.disk_available_bytes] = disk[D.disk_available_bytes]!;
        numbers[T.nginx_installed] = disk[D.nginx_installed]!;
        numbers[T.nginx_site_count] = disk[D.nginx_site_count]!;
        numbers[T.disk_duration_ms] = disk[D.disk_duration_ms]!;
        numbers[T.nginx_duration_ms] = disk[D.nginx_duration_ms]!;
        take(stale, S.disk, disk[D.disk_mono_ms]!, disk[D.disk_failed] === 1);
        take(stale, S.nginx, disk[D.nginx_mono_ms]!, disk[D.nginx_failed] === 1);
      }
      this.#disk.release();
    }
    judgeAge(stale, S.disk, this.#diskStaleAfterMs, numbers[T.disk_pct]!, nowMs);
    judgeAge(stale, S.nginx, this.#nginxStaleAfterMs, numbers[T.nginx_installed]!, nowMs);
  }
}

function take(stale: Staleness, source: number, atMs: number, failed: boolean): void {
  if (!Number.isNaN(atMs)) stale.fresh(source, atMs);
  if (failed) stale.failed(source);
}

/** A value may miss some updates. The first one is read at once, so it is overdue as soon as the second was due. */
function judgeAge(stale: Staleness, source: number, limitMs: number, value: number, nowMs: number): void {
  if (stale.olderThan(source, Number.isNaN(value) ? limitMs / 3 : limitMs, nowMs)) stale.failed(source);
}
