import { BURST_FIRST, type NumberName, T, TELEMETRY_NUMBERS } from '../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../src/shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../src/shared/layout.js';
import { TelemetryRenderer } from '../../workers/render/telemetry-json.js';

/** What a frame is to tell; what is not given is unknown. */
export interface FrameContents {
  readonly numbers?: Partial<Record<NumberName, number>>;
  /** The counters of the histogram of busy shares, from its beginning on. */
  readonly bursts?: Iterable<number>;
  /** `nginx_sites` as JSON. */
  readonly sitesJson?: string;
  /** The frame's bytes, in place of the rendered numbers. */
  readonly bytes?: string;
}

/** Plays the proc lane: real shared memory, into which frames are rendered and published one at a time. */
export class FrameSource {
  readonly shared = createSharedMemory();
  readonly #writer = new FrameWriter(this.shared, TELEMETRY_STORE);
  readonly #renderer = new TelemetryRenderer('vps.t1');
  readonly #ages = new Float64Array(8);

  /** The heartbeat thread's reader. */
  reader(): FrameReader {
    return new FrameReader(this.shared, TELEMETRY_STORE, TELEMETRY_READER.heartbeat);
  }

  /** Publishes a frame, valid and with no CPU time in its sums unless told otherwise. */
  publish({ numbers = {}, bursts = [], sitesJson = '', bytes }: FrameContents): void {
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
    for (const [name, value] of Object.entries({ ...defaults, ...numbers }))
      slot.numbers[T[name as NumberName]] = value;
    slot.numbers.set([...bursts], BURST_FIRST);
    const rendered =
      bytes === undefined
        ? this.#renderer.render(
            slot.bytes,
            slot.numbers.slice(0, TELEMETRY_NUMBERS.length),
            Buffer.from(sitesJson),
            this.#ages,
          )
        : new TextEncoder().encode(bytes).length;
    if (bytes !== undefined) slot.bytes.set(new TextEncoder().encode(bytes));
    this.#writer.publish(slot, rendered);
  }
}
