import type { Conditions, Problem } from '../conditions.js';
import type { Clock } from '../shared/clock.js';
import type { LaneName } from '../shared/control.js';
import type { Reason } from '../shared/errors.js';
import { D, SOURCES, type Source, sourceBit, T } from '../shared/fields.js';
import type { FrameReader } from '../shared/frame-store.js';
import { frameStaleAfterMs, SLOWEST_INTERVAL_MS, staleAfterMsOf } from '../shared/pace.js';
import type { Reasons } from '../shared/reasons.js';
import { CpuShare } from './cpu-share.js';

const PERIOD_MS = 1_000;
/** A lane is given up after this many checks without a new frame. Checks, not seconds: a suspended process does not hang. */
const GIVE_UP_LOOKS = 10;

/** The disk lane ticks every few seconds: this is three missed ticks. */
const GIVE_UP_DISK_LOOKS = 15;

/** The result of the watchdog's last check. */
export interface SamplerState {
  /** Percent of one core that both lanes use together; null: not known yet. */
  readonly cpuPct: number | null;
}

/**
 * Checks once a second whether frames advance and what they report, and sets conditions accordingly. Thread: main.
 */
export class Watchdog {
  readonly #frames: FrameReader;
  readonly #diskFrames: FrameReader;
  readonly #readReasons: () => Reasons;
  readonly #conditions: Conditions;
  readonly #clock: Clock;
  readonly #budgetPct: number;
  readonly #configuredIntervalMs: number;
  readonly #isRunning: (lane: LaneName) => boolean;
  readonly #giveUp: (lane: LaneName) => void;
  readonly #isDiskLaneAsking: () => boolean;
  readonly #share = new CpuShare();
  readonly #startMs: number;
  #timer: NodeJS.Timeout | null = null;
  #sequence = -1;
  #looksWithoutFrame = 0;
  #diskSequence = -1;
  #looksWithoutDiskFrame = 0;

  constructor(options: {
    frames: FrameReader;
    diskFrames: FrameReader;
    /** Why sources are stale. */
    readReasons: () => Reasons;
    conditions: Conditions;
    clock: Clock;
    budgetPct: number;
    configuredIntervalMs: number;
    /** Whether a lane runs. A lane that waits for its restart is not checked. */
    isRunning: (lane: LaneName) => boolean;
    giveUp: (lane: LaneName) => void;
    /** Whether the disk lane waits for a file system. It is not given up then, since a new lane would wait as well. */
    isDiskLaneAsking: () => boolean;
  }) {
    this.#frames = options.frames;
    this.#diskFrames = options.diskFrames;
    this.#readReasons = options.readReasons;
    this.#conditions = options.conditions;
    this.#clock = options.clock;
    this.#budgetPct = options.budgetPct;
    this.#configuredIntervalMs = options.configuredIntervalMs;
    this.#isRunning = options.isRunning;
    this.#giveUp = options.giveUp;
    this.#isDiskLaneAsking = options.isDiskLaneAsking;
    this.#startMs = options.clock.monoMs();
  }

  start(): void {
    this.#timer = setInterval(() => this.look(), PERIOD_MS);
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
  }

  get state(): SamplerState {
    return { cpuPct: this.#share.pct };
  }

  /** Runs one check. Public for the tests. */
  look(): void {
    const nowMs = this.#clock.monoMs();
    const frame = this.#frames.read((slot) => ({
      sequence: slot.sequence,
      atMs: slot.numbers[T.sampled_mono_ms]!,
      intervalMs: slot.numbers[T.interval_ms]!,
      staleAfterMs: staleAfterMsOf(slot.numbers),
      valid: slot.numbers[T.valid] === 1,
      staleMask: slot.numbers[T.stale_mask]!,
      cpuNs: slot.numbers[T.lane_cpu_ns]!,
      cpuAtMs: slot.numbers[T.lane_cpu_mono_ms]!,
    }));
    const staleAfterMs = frame?.staleAfterMs ?? frameStaleAfterMs(this.#configuredIntervalMs);
    this.#judgeAge(nowMs - (frame?.atMs ?? this.#startMs), staleAfterMs);
    this.#judgeProgress(frame?.sequence ?? 0, staleAfterMs);
    this.#judgeDiskProgress(this.#diskFrames.read((slot) => slot.sequence) ?? 0);
    if (frame === null) return;
    this.#conditions.set('sample', frame.valid ? null : 'no kernel file could be read', 'error');
    const reasons = frame.staleMask === 0 ? {} : this.#readReasons();
    for (const source of SOURCES) {
      const isStale = (frame.staleMask & sourceBit(source)) !== 0;
      this.#conditions.set(`stale.${source}`, isStale ? describeStale(source, reasons[source]) : null);
    }
    this.#judgeCost(frame.cpuNs, frame.cpuAtMs, frame.intervalMs);
  }

  #judgeAge(ageMs: number, staleAfterMs: number): void {
    const stale = ageMs > staleAfterMs;
    this.#conditions.set('frames', stale ? 'the sampler has stopped: no new frames' : null, 'error');
  }

  #judgeProgress(sequence: number, staleAfterMs: number): void {
    const isWell = sequence !== this.#sequence || !this.#isRunning('proc');
    this.#looksWithoutFrame = isWell ? 0 : this.#looksWithoutFrame + 1;
    this.#sequence = sequence;
    if (this.#looksWithoutFrame < Math.max(GIVE_UP_LOOKS, staleAfterMs / PERIOD_MS)) return;
    this.#looksWithoutFrame = 0;
    this.#giveUp('proc');
  }

  #judgeDiskProgress(sequence: number): void {
    const isWell = sequence !== this.#diskSequence || this.#isDiskLaneAsking() || !this.#isRunning('disk');
    this.#looksWithoutDiskFrame = isWell ? 0 : this.#looksWithoutDiskFrame + 1;
    this.#diskSequence = sequence;
    if (this.#looksWithoutDiskFrame < GIVE_UP_DISK_LOOKS) return;
    this.#looksWithoutDiskFrame = 0;
    this.#giveUp('disk');
  }

  #judgeCost(procCpuNs: number, atMs: number, intervalMs: number): void {
    // The disk lane's CPU time dates from its last tick, seconds ago at most while it is healthy; its share is small.
    const diskCpuNs = this.#diskFrames.read((slot) => slot.numbers[D.lane_cpu_ns]!) ?? 0;
    this.#share.push(procCpuNs + (Number.isNaN(diskCpuNs) ? 0 : diskCpuNs), atMs);
    const { minutePct } = this.#share;
    const budget = `${this.#budgetPct} % of a core`;
    let notice: string | null = null;
    if (Number.isNaN(procCpuNs))
      notice = `this kernel keeps no account of threads: the ${budget} can't be held`;
    if (intervalMs > this.#configuredIntervalMs) notice = `sampling is slowed down to stay within ${budget}`;
    // Still over the budget at the slowest interval.
    if (intervalMs >= SLOWEST_INTERVAL_MS && minutePct !== null && minutePct > this.#budgetPct)
      notice = `the sampler takes more than ${budget} at its slowest`;
    // Only a notice: the values are still correct.
    this.#conditions.set('budget', notice, 'info');
  }
}

function describeStale(source: Source, reason: Reason | undefined): Problem {
  if (reason === undefined) return { summary: `${source}: no new value` };
  return { summary: `${source}: ${reason.summary}`, detail: reason.detail };
}
