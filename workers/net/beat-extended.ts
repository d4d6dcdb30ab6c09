import { burstsBetween, copyBurstCounters, createBurstStatistics } from '../../src/shared/burst.js';
import { Control } from '../../src/shared/control.js';
import {
  BURST_COUNTERS,
  D,
  type NumberName,
  type PRESSURE_LINES,
  PRESSURE_RESOURCES,
  T,
} from '../../src/shared/fields.js';
import { FrameReader } from '../../src/shared/frame-store.js';
import { DISK_READER, DISK_STORE } from '../../src/shared/layout.js';

/** A mean over a shorter time would be noise: the counters advance in steps of 10 ms. */
export const MIN_MEAN_MS = 100;

/** The lanes at the time a frame was read. CPU time belongs to a thread, so values of different generations are not comparable. */
interface Lanes {
  readonly procGeneration: number;
  readonly diskGeneration: number;
  /** NaN: unknown. */
  readonly diskCpuNs: number;
}

/** One end of the interval that a heartbeat covers: a telemetry frame's numbers, and the lanes (null without `extended`). */
export interface BeatEnd {
  readonly numbers: Float64Array;
  readonly lanes: Lanes | null;
}

/** Numbers and nested objects; the JSON omits members that are `undefined` (unknown). */
type Members = Readonly<Record<string, unknown>>;

/**
 * Builds `extended`: what happened since the last accepted heartbeat, from the counters at both ends. Unknown values are omitted.
 * Thread: heartbeat. Allocates: a few kB a beat.
 */
export class BeatExtension {
  readonly #control: Control;
  readonly #diskFrames: FrameReader;
  readonly #burstBase = new Float64Array(BURST_COUNTERS);
  readonly #bursts = createBurstStatistics();
  #bootId: string | null;

  /** `bootId` is null while it is unknown. */
  constructor(shared: SharedArrayBuffer, bootId: string | null) {
    this.#bootId = bootId;
    this.#control = new Control(shared);
    this.#diskFrames = new FrameReader(shared, DISK_STORE, DISK_READER.heartbeat);
  }

  setBootId(bootId: string): void {
    this.#bootId = bootId;
  }

  /** The current state of the lanes. Call it before reading the frame: a lane replaced in between then has another generation. */
  lanes(): Lanes {
    return {
      procGeneration: this.#control.generation('proc'),
      diskGeneration: this.#control.generation('disk'),
      diskCpuNs: this.#diskFrames.read(({ numbers }) => numbers[D.lane_cpu_ns]!) ?? Number.NaN,
    };
  }

  /** Renders the object for the time from `base` to `now` as JSON. `now` must come from a fresh frame. */
  render(base: BeatEnd, now: BeatEnd): string {
    const n = now.numbers;
    const elapsedMs = stepOf('sampled_mono_ms', base, now);
    return JSON.stringify({
      sampled_at: new Date(n[T.sampled_wall_ms]!).toISOString(),
      seq: n[T.ticks]!,
      boot_id: this.#bootId ?? undefined,
      interval_seconds: elapsedMs > 0 ? rounded(elapsedMs / 1_000, 3) : undefined,
      cpu: orNothing({ burst: this.#burst(base, now), ...cpuShares(base, now) }),
      pressure: pressure(base, now),
      sampler: orNothing({
        cpu_pct: rounded(samplerCpuPct(base, now), 3),
        interval_ms: rounded(n[T.interval_ms]!, 3),
        ...(elapsedMs > 0 && {
          ticks: rounded(stepOf('ticks', base, now), 0),
          missed_ticks: rounded(stepOf('missed_ticks', base, now), 0),
        }),
      }),
    });
  }

  #burst(base: BeatEnd, now: BeatEnd): Members | undefined {
    copyBurstCounters(base.numbers, this.#burstBase);
    burstsBetween(this.#burstBase, now.numbers, this.#bursts);
    const { seenMs, maxPct, p95Pct, meanPct, above90Ms } = this.#bursts;
    if (!(seenMs > 0)) return undefined;
    return {
      seconds: rounded(seenMs / 1_000, 3),
      max_pct: maxPct,
      p95_pct: p95Pct,
      mean_pct: rounded(meanPct, 1),
      above_90_ms: rounded(above90Ms, 0),
    };
  }
}

/** Shares from the sums of valid steps, like the mean; a step in which a counter fell is in none of the sums. */
function cpuShares(base: BeatEnd, now: BeatEnd): Members {
  const total = stepOf('cpu_total_ticks', base, now);
  if (!(stepOf('sampled_mono_ms', base, now) >= MIN_MEAN_MS && total > 0)) return {};
  const share = (ticks: number) => rounded((100 * ticks) / total, 1);
  // Without the column the share is unknown.
  const isThere = (name: NumberName) => !Number.isNaN(now.numbers[T[name]]!);
  return {
    user_pct: share(stepOf('cpu_user_ticks', base, now)),
    system_pct: share(stepOf('cpu_system_ticks', base, now)),
    iowait_pct: isThere('cpu_iowait') ? share(stepOf('cpu_iowait_ticks', base, now)) : undefined,
    steal_pct: isThere('cpu_steal') ? share(stepOf('cpu_steal_ticks', base, now)) : undefined,
  };
}

function pressure(base: BeatEnd, now: BeatEnd): Members | undefined {
  const n = now.numbers;
  const isSupported = n[T.pressure_supported]!;
  if (Number.isNaN(isSupported)) return undefined;
  if (isSupported === 0) return { supported: false };
  // Pressure is read once a second, so its interval has its own ends. A file that could not be read at either end is NaN.
  const elapsedMs = stepOf('pressure_mono_ms', base, now);
  const lineOf = (line: (typeof PRESSURE_LINES)[number]) => {
    const stallUs = stepOf(`pressure_${line}_total_us`, base, now);
    return orNothing({
      avg10: rounded(n[T[`pressure_${line}_avg10`]]!, 2),
      avg60: rounded(n[T[`pressure_${line}_avg60`]]!, 2),
      avg300: rounded(n[T[`pressure_${line}_avg300`]]!, 2),
      stall_us: elapsedMs > 0 && stallUs >= 0 ? rounded(stallUs, 0) : undefined,
    });
  };
  const resources = PRESSURE_RESOURCES.map((resource) => [
    resource,
    orNothing({ some: lineOf(`${resource}_some`), full: lineOf(`${resource}_full`) }),
  ]);
  return {
    supported: true,
    seconds: elapsedMs > 0 ? rounded(elapsedMs / 1_000, 3) : undefined,
    ...Object.fromEntries(resources),
  };
}

/** Percent of one core that both lanes used together; NaN: unknown, for example because a lane was replaced. */
function samplerCpuPct(base: BeatEnd, now: BeatEnd): number {
  if (base.lanes === null || now.lanes === null) return Number.NaN;
  const isSame =
    base.lanes.procGeneration === now.lanes.procGeneration &&
    base.lanes.diskGeneration === now.lanes.diskGeneration;
  // A disk lane without a frame is still waiting for its first result and uses no CPU time.
  const isSilent = Number.isNaN(base.lanes.diskCpuNs) && Number.isNaN(now.lanes.diskCpuNs);
  const diskNs = isSilent ? 0 : now.lanes.diskCpuNs - base.lanes.diskCpuNs;
  const procNs = stepOf('lane_cpu_ns', base, now);
  const elapsedMs = stepOf('lane_cpu_mono_ms', base, now);
  if (!(isSame && elapsedMs > 0 && procNs >= 0 && diskNs >= 0)) return Number.NaN;
  return (procNs + diskNs) / 1e4 / elapsedMs;
}

function stepOf(name: NumberName, base: BeatEnd, now: BeatEnd): number {
  return now.numbers[T[name]]! - base.numbers[T[name]]!;
}

function rounded(value: number, decimals: number): number | undefined {
  const scale = 10 ** decimals;
  return Number.isFinite(value) ? Math.round(value * scale) / scale : undefined;
}

/** Returns undefined if every member is undefined. */
function orNothing(members: Members): Members | undefined {
  return Object.values(members).every((value) => value === undefined) ? undefined : members;
}
