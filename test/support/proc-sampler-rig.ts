import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { Control } from '../../src/shared/control.js';
import {
  BURST_FIRST,
  D,
  DISK_NUMBERS,
  HISTORY_COLUMNS,
  type HistoryColumn,
  type NumberName,
  T,
} from '../../src/shared/fields.js';
import { FrameReader, FrameWriter } from '../../src/shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../../src/shared/layout.js';
import { type Reasons, ReasonsReader, readDiskNotes } from '../../src/shared/reasons.js';
import { RecorderReader } from '../../src/shared/recorder.js';
import { ProcSampler, type ProcSamplerOptions } from '../../workers/lanes/proc-sampler.js';
import { snapshotOf } from '../../workers/snapshot/snapshot.js';
import { FakeClock } from './fake-clock.js';

/** The JSON of `GET /telemetry`, as far as tests look into it. */
export interface Telemetry {
  readonly sampled_at: string;
  readonly cpu_pct: number | null;
  readonly mem_pct: number | null;
  readonly disk_pct: number | null;
  readonly swap_pct: number | null;
  readonly load_avg: readonly [number, number, number] | null;
  readonly uptime_seconds: number | null;
  readonly nginx_installed: boolean | null;
  readonly nginx_sites: readonly string[] | null;
  readonly sampling: { readonly interval_ms: number };
  readonly cpu: {
    readonly busy_100ms_pct: number | null;
    readonly burst: Readonly<
      Record<'seconds' | 'max_pct' | 'p95_pct' | 'mean_pct' | 'above_90_ms', number | null>
    >;
    readonly cores: {
      readonly count: number | null;
      readonly hottest: { readonly core: number | null; readonly pct: number | null };
      readonly interrupted: { readonly core: number | null; readonly pct: number | null };
    };
  };
  readonly pressure: unknown;
  readonly stale?: readonly string[];
  readonly stale_seconds?: Readonly<Record<string, number>>;
}

/** A disk frame as the disk lane would publish it. */
export interface DiskValues {
  readonly disk_pct: number;
  readonly disk_mono_ms: number;
  readonly disk_failed: 0 | 1;
  readonly nginx_installed: number;
  readonly nginx_mono_ms: number;
  readonly nginx_failed: 0 | 1;
  readonly lane_cpu_ns?: number;
  readonly sites: readonly string[];
}

/** A real ProcSampler on real shared memory, over a folder of a test's own and a clock that stands still. */
export class ProcSamplerRig {
  readonly clock = new FakeClock();
  readonly shared: SharedArrayBuffer;
  readonly procfs: string;
  /** What happens to the machine before each sample of `run`. */
  beforeTick: () => void = () => {};
  readonly #options: ProcSamplerOptions;
  readonly #reader: FrameReader;
  readonly #diskWriter: FrameWriter;
  #sampler: ProcSampler;
  #nextMs: number;

  /** `historyRows`: how many rows the flight recorder has room for. */
  constructor(
    t: TestContext,
    procfs: string,
    { historyRows = 0, ...options }: Partial<ProcSamplerOptions> & { readonly historyRows?: number } = {},
  ) {
    this.procfs = procfs;
    this.shared = createSharedMemory(historyRows);
    this.#options = {
      generation: new Control(this.shared).nextGeneration('proc'),
      shared: this.shared,
      procfs,
      intervalMs: 50,
      cpuWindowMs: 1_000,
      cpuBudgetPct: 100,
      diskStaleAfterMs: 15_000,
      nginxStaleAfterMs: 180_000,
      clock: this.clock,
      ...options,
    };
    this.#nextMs = this.#options.intervalMs;
    this.#reader = new FrameReader(this.shared, TELEMETRY_STORE, TELEMETRY_READER.main);
    this.#diskWriter = new FrameWriter(this.shared, DISK_STORE);
    this.#sampler = new ProcSampler(this.#options);
    t.after(() => this.#sampler.close());
  }

  /** Takes a sample now. */
  tick(skipped = 0): void {
    this.#nextMs = this.#sampler.tick(this.clock.mono, skipped);
  }

  /** Moves the clock on to when each next sample is due and takes it, until `ms` have passed. */
  run(ms: number): void {
    for (let passedMs = 0; passedMs < ms; ) {
      const stepMs = this.#nextMs;
      passedMs += stepMs;
      this.clock.advance(stepMs);
      this.beforeTick();
      this.tick();
    }
  }

  /** Lets a new sampler take the place of this one, as after a lane's death. */
  takeOver(): void {
    this.#sampler.close();
    this.#sampler = new ProcSampler(this.#options);
  }

  /** Lets a new sampler take the place of this one, which had stretched its interval to `intervalMs`. */
  stretchTo(intervalMs: number): void {
    const writer = new FrameWriter(this.shared, TELEMETRY_STORE);
    const numbers = [...writer.latest()!.numbers];
    const slot = writer.begin();
    slot.numbers.set(numbers);
    slot.numbers[T.interval_ms] = intervalMs;
    writer.publish(slot, 0);
    this.takeOver();
    this.tick();
  }

  publishDisk({ sites, ...values }: DiskValues): void {
    const slot = this.#diskWriter.begin();
    slot.numbers.fill(0);
    for (const name of DISK_NUMBERS)
      if (name in values) slot.numbers[D[name]] = values[name as keyof typeof values] ?? 0;
    this.#diskWriter.publish(slot, slot.write(JSON.stringify({ sites, reasons: {} })));
  }

  /** The newest frame as `GET /telemetry` tells it. */
  telemetry(): Telemetry {
    const { sites } = readDiskNotes(new FrameReader(this.shared, DISK_STORE, DISK_READER.main));
    const snapshot = this.#reader.read(({ numbers }) => snapshotOf(numbers, sites));
    assert.ok(snapshot !== null, 'nothing was published');
    return snapshot as unknown as Telemetry;
  }

  /** Why sources are stale. */
  reasons(): Reasons {
    return new ReasonsReader(this.shared).read();
  }

  /** What the flight recorder has: the times of its rows, and each column by its name. */
  history(): Readonly<Record<HistoryColumn | 'monoMs' | 'wallMs', readonly number[]>> {
    const { monoMs, wallMs, columns } = new RecorderReader(this.shared).since(Number.NEGATIVE_INFINITY);
    const byName = HISTORY_COLUMNS.map((name, i) => [name, [...columns[i]!]]);
    return { ...Object.fromEntries(byName), monoMs: [...monoMs], wallMs: [...wallMs] };
  }

  /** The newest frame's histogram, and the sum behind it. */
  burstCounters(): number[] {
    return this.#reader.read((slot) => [...slot.numbers.subarray(BURST_FIRST)]) ?? [];
  }

  /** One of the newest frame's numbers. */
  number(name: NumberName): number {
    const value = this.#reader.read((slot) => slot.numbers[T[name]]);
    assert.ok(value !== null && value !== undefined, 'nothing was published');
    return value;
  }
}
