import { snapshotOf } from '../../../workers/snapshot/snapshot.js';
import type { Config } from '../../config.js';
import { bootThreads, LanePool, laneFailed } from '../../sampling/pool.js';
import { laneWorks } from '../../sampling/works.js';
import type { Clock } from '../../shared/clock.js';
import { Control } from '../../shared/control.js';
import { T } from '../../shared/fields.js';
import { FrameReader } from '../../shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../../shared/layout.js';
import { readDiskNotes } from '../../shared/reasons.js';
import type { Details } from '../details.js';
import type { Source } from './source.js';

/** The snapshot as GET /telemetry gives it, as far as it is shown. What is not known is null. */
export interface Snapshot extends Details {
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
}

/**
 * Samples this host with the daemon's own lanes, in threads of their own: what hangs there holds up nobody who reads here. It does not ask
 * a daemon that may be running: the view is wanted most where that one does not answer, and so it shows the same everywhere, needs neither
 * port nor token, and says what this host is like and not what somebody else says of it. Thread: main.
 */
export class Feed implements Source {
  readonly #identifier: string;
  readonly #frames: FrameReader;
  readonly #diskFrames: FrameReader;
  readonly #pool: LanePool;
  /** Why sampling can't go on; null: it does. */
  #failure: Error | null = null;
  #sequence = 0;
  #reading: Reading | null = null;

  /** Starts the threads. `searchPath` is a PATH along which nginx is looked for. */
  constructor(options: { config: Config; searchPath: string; clock: Clock }) {
    const { config, searchPath, clock } = options;
    const shared = createSharedMemory();
    this.#identifier = config.identifier;
    this.#frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
    this.#diskFrames = new FrameReader(shared, DISK_STORE, DISK_READER.main);
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
              snapshot: {
                identifier: this.#identifier,
                ...snapshotOf(slot.numbers, readDiskNotes(this.#diskFrames).sites),
              } as Snapshot,
              atMonoMs: slot.numbers[T.sampled_mono_ms]!,
            },
    })) ?? { sequence: 0, reading: null };
    this.#sequence = sequence;
    this.#reading = reading;
    return reading;
  }

  /** Ends the threads. Returns false when one hangs in the kernel and can't be ended. */
  stop(): Promise<boolean> {
    return this.#pool.stop();
  }
}
