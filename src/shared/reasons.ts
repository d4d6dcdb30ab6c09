import type { Reason } from './errors.js';
import { SOURCES, type Source } from './fields.js';
import { FrameReader, FrameWriter } from './frame-store.js';
import { REASONS_STORE } from './layout.js';

/** Maximum length of a detail; longer ones are cut off. */
const MAX_CHARS = 300;

/** Why each source is stale, if known: an errno, or the text that could not be parsed. */
export type Reasons = Readonly<Partial<Record<Source, Reason>>>;

/** The writing side. Thread: proc lane, in `writing`. */
export class ReasonsWriter {
  readonly #writer: FrameWriter;

  constructor(shared: SharedArrayBuffer) {
    this.#writer = new FrameWriter(shared, REASONS_STORE);
  }

  /** Publishes the reasons, in SOURCES order. Call it when they have changed. Allocates: their JSON. */
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

  /** The newest reasons. Allocates: the result. */
  read(): Reasons {
    const json = this.#reader.read((slot) => Buffer.from(slot.view()).toString());
    return json === null ? {} : (JSON.parse(json) as Reasons);
  }
}

/** The contents of a disk frame's bytes, as JSON. */
export interface DiskNotes {
  /** The nginx sites, sorted; null: unknown. */
  readonly sites: readonly string[] | null;
  /** Why the disk or nginx could not be read. */
  readonly reasons: Reasons;
}

const NO_NOTES: DiskNotes = { sites: null, reasons: {} };

/** The notes of the newest disk frame. Thread: the reader's. Allocates: the result. */
export function readDiskNotes(diskFrames: FrameReader): DiskNotes {
  const json = diskFrames.read((slot) => Buffer.from(slot.view()).toString()) ?? '';
  return json === '' ? NO_NOTES : (JSON.parse(json) as DiskNotes);
}
