import { BURST_FIRST, type NumberName, T } from '../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../src/shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../../src/shared/layout.js';

/** What a frame is to tell; what is not given is unknown. */
export interface FrameContents {
  readonly numbers?: Partial<Record<NumberName, number>>;
  /** The counters of the histogram of busy shares, from its beginning on. */
  readonly bursts?: Iterable<number>;
  /** The nginx sites, in a disk frame of their own. */
  readonly sites?: readonly string[];
  /** The text of that disk frame, in place of the sites. */
  readonly diskText?: string;
}

/** Plays the lanes: real shared memory, into which frames are published one at a time. */
export class FrameSource {
  readonly shared = createSharedMemory();
  readonly #writer = new FrameWriter(this.shared, TELEMETRY_STORE);
  readonly #diskWriter = new FrameWriter(this.shared, DISK_STORE);

  /** The heartbeat thread's reader. */
  reader(): FrameReader {
    return new FrameReader(this.shared, TELEMETRY_STORE, TELEMETRY_READER.heartbeat);
  }

  /** The heartbeat thread's reader of disk frames. */
  diskReader(): FrameReader {
    return new FrameReader(this.shared, DISK_STORE, DISK_READER.heartbeat);
  }

  /** Publishes a frame, valid and with no CPU time in its sums unless told otherwise. */
  publish({ numbers = {}, bursts = [], sites, diskText }: FrameContents): void {
    const slot = this.#writer.begin();
    slot.numbers.fill(Number.NaN);
    const defaults = {
      valid: 1,
      stale_mask: 0,
      cpu_busy_ticks: 0,
      cpu_total_ticks: 0,
      sampled_wall_ms: 0,
      interval_ms: 50,
      gap_ms: 50,
    };
    const count = sites === undefined ? {} : { nginx_site_count: sites.length };
    for (const [name, value] of Object.entries({ ...defaults, ...count, ...numbers }))
      slot.numbers[T[name as NumberName]] = value;
    slot.numbers.set([...bursts], BURST_FIRST);
    const text = sites === undefined ? diskText : JSON.stringify({ sites, reasons: {} });
    if (text !== undefined) {
      const disk = this.#diskWriter.begin();
      this.#diskWriter.publish(disk, disk.write(text));
    }
    this.#writer.publish(slot, 0);
  }
}
