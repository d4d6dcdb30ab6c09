import type { Clock } from '../../src/shared/clock.js';
import { FIELDS, T } from '../../src/shared/fields.js';
import type { FrameReader, Slot } from '../../src/shared/frame-store.js';
import type { OpenClawMetadata } from '../../src/shared/messages.js';
import { staleAfterMsOf } from '../../src/shared/pace.js';

/** A mean over less than this would be noise: the counters advance in steps of 10 ms. */
const MIN_MEAN_MS = 100;

interface CpuSums {
  readonly busyTicks: number;
  readonly totalTicks: number;
  readonly monoMs: number;
}

interface Reading extends CpuSums {
  readonly valid: boolean;
  readonly staleAfterMs: number;
  /** The snapshot of `/telemetry`, its values as they are rendered there. */
  readonly snapshot: Readonly<Record<string, unknown>>;
}

/**
 * Makes heartbeat bodies out of the newest frame and what the plugin pushed. Thread: heartbeat. Allocates: a few kB a beat.
 */
export class BeatSource {
  readonly #frames: FrameReader;
  readonly #identifier: string;
  readonly #clock: Clock;
  #openclaw: OpenClawMetadata | null = null;
  /** The sums at the end of the last beat that was accepted; null before the first valid frame. */
  #base: CpuSums | null = null;
  #pending: CpuSums | null = null;

  constructor(options: { frames: FrameReader; identifier: string; clock: Clock }) {
    this.#frames = options.frames;
    this.#identifier = options.identifier;
    this.#clock = options.clock;
  }

  setOpenClaw(openclaw: OpenClawMetadata): void {
    this.#openclaw = openclaw;
  }

  /** Looks for the first valid sample, from which the first mean counts. Returns whether there has been one. */
  begin(): boolean {
    if (this.#base !== null) return true;
    const reading = this.#frames.read(toReading);
    if (reading?.valid) this.#base = reading;
    return this.#base !== null;
  }

  /**
   * The body of the beat that is due now; null before the first valid sample. `cpu_pct` is the mean since the last beat that was
   * accepted. Values that are unknown, or all of them when frames have stopped coming, are left out.
   */
  body(): string | null {
    if (!this.begin()) return null;
    const reading = this.#frames.read(toReading);
    const isFresh = reading !== null && this.#clock.monoMs() - reading.monoMs <= reading.staleAfterMs;
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
    }
    return `{${members.join(',')}}`;
  }

  /** The last body was accepted: the next mean begins where it ended. */
  accepted(): void {
    this.#base = this.#pending ?? this.#base;
  }

  #meanCpuPct(now: CpuSums): number | null {
    const base = this.#base;
    if (base === null || now.monoMs - base.monoMs < MIN_MEAN_MS) return null;
    const total = now.totalTicks - base.totalTicks;
    if (!(total > 0)) return null;
    return Math.round((1000 * (now.busyTicks - base.busyTicks)) / total) / 10;
  }
}

function toReading(slot: Slot): Reading {
  return {
    valid: slot.numbers[T.valid] === 1,
    busyTicks: slot.numbers[T.cpu_busy_ticks]!,
    totalTicks: slot.numbers[T.cpu_total_ticks]!,
    monoMs: slot.numbers[T.sampled_mono_ms]!,
    staleAfterMs: staleAfterMsOf(slot.numbers),
    snapshot: JSON.parse(Buffer.from(slot.view()).toString('utf8')) as Record<string, unknown>,
  };
}
