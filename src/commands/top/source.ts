import type { Reading } from './feed.js';

/** Where the view's samples come from. */
export interface Source {
  /** The newest sample; null before the first. Does not block. */
  read(): Reading | null;
  /** @throws why sampling can't go on, if it can't */
  check(): void;
}
