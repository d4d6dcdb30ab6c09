import type { Clock } from '../../src/shared/clock.js';
import { FIELDS, T } from '../../src/shared/fields.js';
import type { FrameReader } from '../../src/shared/frame-store.js';
import type { OpenClawMetadata } from '../../src/shared/messages.js';
import { isFrameStale } from '../../src/shared/pace.js';
import { readDiskNotes } from '../../src/shared/reasons.js';
import { snapshotOf } from '../snapshot/snapshot.js';
import { type BeatEnd, type BeatExtension, MIN_MEAN_MS } from './beat-extended.js';

interface Reading extends BeatEnd {
  /** The `/telemetry` snapshot, with its rendered values. */
  readonly snapshot: Readonly<Record<string, unknown>>;
}

/**
 * Builds heartbeat bodies from the newest frame and the plugin's metadata. Thread: heartbeat. Allocates: a few kB a beat.
 */
export class BeatSource {
  readonly #frames: FrameReader;
  readonly #diskFrames: FrameReader;
  readonly #identifier: string;
  readonly #clock: Clock;
  readonly #extension: BeatExtension | null;
  #openclaw: OpenClawMetadata | null = null;
  /** The end of the last accepted beat; null before the first valid frame. */
  #base: BeatEnd | null = null;
  #pending: BeatEnd | null = null;

  constructor(options: {
    frames: FrameReader;
    diskFrames: FrameReader;
    identifier: string;
    clock: Clock;
    /** Builds `extended`; null: beats do not carry it. */
    extension: BeatExtension | null;
  }) {
    this.#frames = options.frames;
    this.#diskFrames = options.diskFrames;
    this.#identifier = options.identifier;
    this.#clock = options.clock;
    this.#extension = options.extension;
  }

  setOpenClaw(openclaw: OpenClawMetadata): void {
    this.#openclaw = openclaw;
  }

  /** Looks for the first valid sample, at which the first mean starts. Returns whether there has been one. */
  begin(): boolean {
    if (this.#base !== null) return true;
    const reading = this.#read();
    if (reading?.numbers[T.valid] === 1) this.#base = reading;
    return this.#base !== null;
  }

  /**
   * The body of the beat that is due now; null before the first valid sample. `cpu_pct` is the mean since the last accepted beat. Unknown
   * values are omitted, and all values if the newest frame is stale.
   */
  body(): string | null {
    if (!this.begin()) return null;
    const reading = this.#read();
    const isFresh = reading !== null && !isFrameStale(reading.numbers, this.#clock.monoMs());
    this.#pending = isFresh ? reading : null;

    const members = [`"identifier":${JSON.stringify(this.#identifier)}`];
    if (this.#openclaw !== null) {
      members.push(`"openclaw_version":${JSON.stringify(this.#openclaw.version)}`);
      members.push(`"plugin_version":${JSON.stringify(this.#openclaw.pluginVersion)}`);
      if (this.#openclaw.agentsJson !== null) members.push(`"agents":${this.#openclaw.agentsJson}`);
    }
    if (isFresh) {
      for (const { name } of FIELDS) {
        const value = name === 'cpu_pct' ? this.#meanCpuPct(reading) : reading.snapshot[name];
        if (value !== null && value !== undefined) members.push(`"${name}":${JSON.stringify(value)}`);
      }
      if (this.#extension !== null && this.#base !== null)
        members.push(`"extended":${this.#extension.render(this.#base, reading)}`);
    }
    return `{${members.join(',')}}`;
  }

  /** The backend accepted the last body: the next mean starts at its end. */
  accepted(): void {
    this.#base = this.#pending ?? this.#base;
  }

  #meanCpuPct({ numbers: now }: BeatEnd): number | null {
    const base = this.#base?.numbers;
    if (base === undefined || now[T.sampled_mono_ms]! - base[T.sampled_mono_ms]! < MIN_MEAN_MS) return null;
    const total = now[T.cpu_total_ticks]! - base[T.cpu_total_ticks]!;
    if (!(total > 0)) return null;
    return Math.round((1000 * (now[T.cpu_busy_ticks]! - base[T.cpu_busy_ticks]!)) / total) / 10;
  }

  #read(): Reading | null {
    const lanes = this.#extension?.lanes() ?? null;
    return this.#frames.read((slot) => ({
      lanes,
      numbers: slot.numbers.slice(),
      snapshot: snapshotOf(slot.numbers, readDiskNotes(this.#diskFrames).sites),
    }));
  }
}
