import type { Reason } from './errors.js';
import { SOURCES, type Source } from './fields.js';
import { FrameReader, FrameWriter } from './frame-store.js';
import { REASONS_STORE } from './layout.js';

/** Longer details are cut off. */
const MAX_CHARS = 300;

/** Why each source is stale, as far as it is known: an errno, or the text that could not be parsed. */
export type Reasons = Readonly<Partial<Record<Source, Reason>>>;

/** The writing side. Thread: proc lane, `writing`. */
export class ReasonsWriter {
  readonly #writer: FrameWriter;

  constructor(shared: SharedArrayBuffer) {
    this.#writer = new FrameWriter(shared, REASONS_STORE);
  }

  /** Publishes the reasons, in SOURCES order. Allocates: their JSON; to be called when they have changed. */
  publish(byIndex: readonly (Reason | null)[]): void {
    const reasons: Partial<Record<Source, Reason>> = {};
    for (const [i, source] of SOURCES.entries()) {
      const reason = byIndex[i];
      if (reason) reasons[source] = { ...reason, detail: reason.detail?.slice(0, MAX_CHARS) ?? null };
    }
    const slot = this.#writer.begin();
    this.#writer.publish(slot, slot.write(JSON.stringify(reasons)));
  }
}

/** The reading side. Thread: main. */
export class ReasonsReader {
  readonly #reader: FrameReader;

  constructor(shared: SharedArrayBuffer) {
    this.#reader = new FrameReader(shared, REASONS_STORE, 0);
  }

  /** The newest reasons. Allocates: them. */
  read(): Reasons {
    const json = this.#reader.read((slot) => Buffer.from(slot.view()).toString());
    return json === null ? {} : (JSON.parse(json) as Reasons);
  }
}

/** What a disk frame holds beside its numbers, as JSON in its bytes. */
export interface DiskNotes {
  /** The nginx sites, sorted; null: unknown. */
  readonly sites: readonly string[] | null;
  /** Why the disk or nginx could not be read. */
  readonly reasons: Reasons;
}

const NO_NOTES: DiskNotes = { sites: null, reasons: {} };

/** The notes of the newest disk frame. Thread: the reader's. Allocates: them. */
export function readDiskNotes(diskFrames: FrameReader): DiskNotes {
  const json = diskFrames.read((slot) => Buffer.from(slot.view()).toString()) ?? '';
  return json === '' ? NO_NOTES : (JSON.parse(json) as DiskNotes);
}
