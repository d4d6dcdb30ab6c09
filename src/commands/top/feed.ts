import { readPressure } from '../../../workers/proc/pressure.js';
import type { Config } from '../../config.js';
import { bootThreads, LanePool, laneFailed } from '../../sampling/pool.js';
import { laneWorks } from '../../sampling/works.js';
import type { Clock } from '../../shared/clock.js';
import { Control } from '../../shared/control.js';
import { T } from '../../shared/fields.js';
import { FrameReader } from '../../shared/frame-store.js';
import { createSharedMemory, TELEMETRY_READER, TELEMETRY_STORE } from '../../shared/layout.js';
import type { Pressure } from '../../shared/probe.js';
import type { Source } from './source.js';

const PRESSURE_EVERY_MS = 1_000;

/** The snapshot as GET /telemetry gives it. What is not known is null. */
export interface Snapshot {
  readonly identifier: string;
  readonly sampled_at: string;
  readonly cpu_pct: number | null;
  readonly mem_pct: number | null;
  readonly disk_pct: number | null;
  readonly swap_pct: number | null;
  readonly load_avg: readonly number[] | null;
  readonly uptime_seconds: number | null;
  readonly nginx_installed: boolean | null;
  readonly nginx_sites: readonly string[] | null;
  readonly sampling: { readonly interval_ms: number };
  readonly stale?: readonly string[];
  readonly stale_seconds?: Readonly<Record<string, number>>;
}

/** The newest sample. */
export interface Reading {
  readonly snapshot: Snapshot;
  /** CLOCK_MONOTONIC. */
  readonly atMonoMs: number;
  /** Null: it could not be had yet. */
  readonly pressure: Pressure | 'unsupported' | null;
}

/**
 * Samples this host with the daemon's own lanes, in threads of their own: what hangs there holds up nobody who reads here. It does not ask
 * a daemon that may be running: the view is wanted most where that one does not answer, and so it shows the same everywhere, needs neither
 * port nor token, and says what this host is like and not what somebody else says of it. Thread: main.
 */
export class Feed implements Source {
  readonly #frames: FrameReader;
  readonly #pool: LanePool;
  readonly #clock: Clock;
  readonly #procfs: string;
  /** Why sampling can't go on; null: it does. */
  #failure: Error | null = null;
  #sequence = 0;
  #reading: Omit<Reading, 'pressure'> | null = null;
  #pressure: Pressure | 'unsupported' | null = null;
  #pressureDueMs = Number.NEGATIVE_INFINITY;

  /** Starts the threads. `searchPath` is a PATH along which nginx is looked for. */
  constructor(options: { config: Config; searchPath: string; clock: Clock }) {
    const { config, searchPath, clock } = options;
    const shared = createSharedMemory();
    this.#clock = clock;
    this.#procfs = config.procfs;
    this.#frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
    this.#pool = new LanePool({
      threads: bootThreads(),
      control: new Control(shared),
      works: laneWorks({ config, shared, searchPath }),
      events: {
        died: (lane, reason, restartInMs) => {
          if (restartInMs === null) this.#failure = laneFailed(lane, reason);
        },
        working: () => {},
      },
      monoMs: () => clock.monoMs(),
    });
    this.#pool.start();
  }

  /** @throws MonitorError LANE_FAILED when a lane died too often to be started again */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** The newest sample; null before the first. Does not block. */
  read(): Reading | null {
    const { sequence, reading } = this.#frames.read((slot) => ({
      sequence: slot.sequence,
      reading:
        slot.sequence === this.#sequence
          ? this.#reading
          : {
              snapshot: JSON.parse(Buffer.from(slot.view()).toString('utf8')) as Snapshot,
              atMonoMs: slot.numbers[T.sampled_mono_ms]!,
            },
    })) ?? { sequence: 0, reading: null };
    if (sequence !== this.#sequence) this.#keepPressure();
    this.#sequence = sequence;
    this.#reading = reading;
    return reading === null ? null : { ...reading, pressure: this.#pressure };
  }

  /** Ends the threads. Returns false when one hangs in the kernel and can't be ended. */
  stop(): Promise<boolean> {
    return this.#pool.stop();
  }

  /**
   * To be called when a new sample is there: its lane has just read files of the same mount, so that this one answers. (A thread of Node's
   * own pool that hung there could be left behind by no way of ending the process.)
   */
  #keepPressure(): void {
    const nowMs = this.#clock.monoMs();
    if (nowMs < this.#pressureDueMs) return;
    this.#pressureDueMs = nowMs + PRESSURE_EVERY_MS;
    this.#pressure = readPressure(this.#procfs);
  }
}
