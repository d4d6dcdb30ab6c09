import type { PeerId } from './figures.js';

/** A peer that runs. */
export interface Running {
  readonly pid: number;
  /** The words that it was started with. */
  readonly command: readonly string[];
  /** What is asked of it by HTTP for one sample, or in the HTTP part; null: nothing. */
  readonly url: string | null;
  /** Makes `times` samples without a pause, where it can be told to. */
  readonly sample?: (times: number) => Promise<void>;
  /** How many samples it has made up to now, where it tells. */
  readonly samples?: () => Promise<number>;
  stop(): Promise<void>;
}

/** How a peer is to be run. */
export interface Start {
  /** A temporary folder of its own. */
  readonly folder: string;
  /** Samples a second; 0: one after the other as fast as it can; null: only when it is told to. */
  readonly hz: number | null;
  /** What the HTTP servers are to answer. */
  readonly body?: Buffer;
}

/** Something that is measured. */
export interface Peer {
  readonly id: PeerId;
  /** At most 26 characters: it stands in a table. */
  readonly name: string;
  /** Whose version counts for it. */
  readonly project: string;
  /** The program whose version is asked, and how; null: it comes with this checkout. */
  readonly program: readonly [name: string, ...versionArgs: string[]] | null;
  /** The Debian packages that it needs. */
  readonly packages: readonly string[];
  /** Resolves when it works. Rejects with why it does not. */
  readonly start: (start: Start) => Promise<Running>;
}
