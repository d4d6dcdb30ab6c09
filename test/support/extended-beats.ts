import { Control } from '../../src/shared/control.js';
import { BURST_COUNTERS, D, type DISK_NUMBERS, type NumberName } from '../../src/shared/fields.js';
import { FrameWriter } from '../../src/shared/frame-store.js';
import { DISK_STORE } from '../../src/shared/layout.js';
import { BeatExtension } from '../../workers/net/beat-extended.js';
import { BeatSource } from '../../workers/net/beat-source.js';
import { FakeClock } from './fake-clock.js';
import { FrameSource } from './frames.js';
import { extendedHeartbeatSchema, type Heartbeat } from './heartbeat-schema.js';

export const BOOT_ID = '0b3ae4b5-8a27-4b9e-9d0c-3f1f6d8f1c11';

/** Both lanes, played, and heartbeats that carry what they come to. All numbers that are given to it go on from those before. */
export class ExtendedBeats {
  readonly clock = new FakeClock();
  readonly numbers: Partial<Record<NumberName, number>> = {};
  readonly bursts = new Float64Array(BURST_COUNTERS);
  readonly extension: BeatExtension;
  readonly source: BeatSource;
  readonly #frames = new FrameSource();
  readonly #disk = new FrameWriter(this.#frames.shared, DISK_STORE);
  readonly #control = new Control(this.#frames.shared);

  constructor(bootId: string | null = BOOT_ID) {
    this.extension = new BeatExtension(this.#frames.shared, bootId);
    this.source = new BeatSource({
      frames: this.#frames.reader(),
      diskFrames: this.#frames.diskReader(),
      identifier: 'vps.t1',
      clock: this.clock,
      extension: this.extension,
    });
  }

  /** Publishes a frame of now, in which these numbers are as given, and all others as before. */
  publish(numbers: Partial<Record<NumberName, number>> = {}): void {
    Object.assign(this.numbers, numbers);
    this.#frames.publish({
      numbers: { sampled_mono_ms: this.clock.mono, sampled_wall_ms: this.clock.wall, ...this.numbers },
      bursts: this.bursts,
    });
  }

  /** The disk lane publishes. */
  publishDisk(numbers: Partial<Record<(typeof DISK_NUMBERS)[number], number>>): void {
    const slot = this.#disk.begin();
    slot.numbers.fill(Number.NaN);
    for (const [name, value] of Object.entries(numbers)) slot.numbers[D[name as keyof typeof D]] = value;
    this.#disk.publish(slot, 0);
  }

  /** The lane is about to be started anew. */
  replace(lane: 'proc' | 'disk'): void {
    this.#control.nextGeneration(lane);
  }

  /** What the beat that is due now carries, after it was checked to be of the shape. */
  extended(): Heartbeat['extended'] {
    return extendedHeartbeatSchema.parse(JSON.parse(this.source.body() ?? 'null')).extended;
  }
}
