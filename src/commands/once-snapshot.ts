import { setTimeout as delay } from 'node:timers/promises';
import { snapshotOf } from '../../workers/snapshot/snapshot.js';
import type { Config } from '../config.js';
import { bootThreads, LanePool } from '../sampling/pool.js';
import { type Cadences, laneWorks } from '../sampling/works.js';
import type { Clock } from '../shared/clock.js';
import { Control } from '../shared/control.js';
import { FIELDS, type Field, sourceBit, T } from '../shared/fields.js';
import { FrameReader, type Slot } from '../shared/frame-store.js';
import {
  createSharedMemory,
  DISK_READER,
  DISK_STORE,
  TELEMETRY_READER,
  TELEMETRY_STORE,
} from '../shared/layout.js';
import { readDiskNotes } from '../shared/reasons.js';

/** A disk, or an nginx, that has not answered after a third of these is named as stale, and not waited for. */
const CADENCES: Cadences = {
  diskMs: 1_000,
  diskStaleAfterMs: 3_000,
  nginxMs: 1_000,
  nginxStaleAfterMs: 3_000,
};
const POLL_MS = 20;
/** How long threads may take to come up on a busy machine, and sources to give a value or be given up, beside the CPU window. */
const PATIENCE_MS = 20_000;

/** What a host was found to be like. */
export interface Snapshot {
  /** The JSON of `GET /telemetry`; null: there is no valid sample. */
  readonly json: string | null;
  /** Why there is none, as far as it is known. */
  readonly reason: string;
  /** Ends the threads. Resolves with whether all of them ended: one that waits for a dead mount does not. Not to be awaited before it is shown. */
  readonly stop: () => Promise<boolean>;
}

/**
 * Samples this host with the daemon's own lanes, until each source has given its first value or is known to give none: that takes one CPU
 * window. A file system that hangs is not waited for. Thread: main; does not block. Throws nothing.
 */
export async function takeSnapshot(options: {
  readonly config: Config;
  readonly searchPath: string;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<Snapshot> {
  const { config, searchPath, clock, signal } = options;
  const shared = createSharedMemory();
  const frames = new FrameReader(shared, TELEMETRY_STORE, TELEMETRY_READER.main);
  const diskFrames = new FrameReader(shared, DISK_STORE, DISK_READER.main);
  let reason = `no kernel file could be read below ${config.procfs}`;
  const pool = new LanePool({
    threads: bootThreads(),
    control: new Control(shared),
    works: laneWorks({ config, shared, searchPath, cadences: CADENCES }),
    events: {
      died: (lane, why) => {
        reason = `the ${lane} lane died: ${why}`;
      },
      working: () => {},
    },
    monoMs: () => clock.monoMs(),
  });
  pool.start();
  const untilMs = clock.monoMs() + config.cpuWindowMs + PATIENCE_MS;
  // The CPU time that it took to come up is not to be seen in `cpu_pct`: the window begins when all else is there.
  let windowFromMs = Number.NaN;
  const isDone = ({ numbers }: Slot): boolean => {
    const hasCome = hasAnswered(numbers, ({ source }) => source !== 'cpu');
    if (hasCome && Number.isNaN(windowFromMs)) windowFromMs = numbers[T.sampled_mono_ms]!;
    return (
      numbers[T.sampled_mono_ms]! - windowFromMs >= config.cpuWindowMs && hasAnswered(numbers, () => true)
    );
  };
  while (!(frames.read(isDone) ?? false) && clock.monoMs() < untilMs && !signal.aborted) await delay(POLL_MS);
  const json = frames.read(({ numbers }) =>
    numbers[T.valid] === 1
      ? JSON.stringify({
          identifier: config.identifier,
          ...snapshotOf(numbers, readDiskNotes(diskFrames).sites),
        })
      : null,
  );
  return { json, reason, stop: () => pool.stop() };
}

/** Whether the source of every field that is `wanted` has given a value, or is said to be stale. */
function hasAnswered(numbers: Float64Array, wanted: (field: Field) => boolean): boolean {
  const stale = numbers[T.stale_mask]!;
  return FIELDS.filter(wanted).every(
    (field) =>
      (stale & sourceBit(field.source)) !== 0 ||
      !('numbers' in field) ||
      field.numbers.every((name) => !Number.isNaN(numbers[T[name]]!)),
  );
}
