import type { Figure } from '../figures.js';
import type { Roll } from '../roll.js';

/** What a part is given, and where it puts what it finds. */
export interface Run {
  readonly quick: boolean;
  readonly roll: Roll;
  /** A temporary folder, which goes when the bench ends. */
  readonly folder: string;
  readonly figures: Figure[];
  /** Takes what could not be measured. */
  readonly fail: (what: string) => void;
  /** Takes what is being done. */
  readonly say: (line: string) => void;
}
