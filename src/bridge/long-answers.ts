import { LONG_ANSWER_BYTES, MAX_LONG_ANSWERS, MAX_LONG_ANSWERS_OF_ONE } from './limits.js';

/**
 * Whether a body is kept, and sent bit by bit, where the socket has no room for it. So nobody may write over it: what lies in a frame is
 * never that long.
 */
export function isLong(body: string | Uint8Array): boolean {
  return body.length > LONG_ANSWER_BYTES;
}

/** An answer that is kept: for which connection, and how that is cut. */
interface Kept {
  readonly connection: object;
  readonly cut: () => void;
}

/**
 * The long answers that were not taken yet, over either transport. With too many of one connection that one is cut, with too many in all
 * the oldest's: what they take is bounded, and whoever reads gets through. Thread: main.
 */
export class LongAnswers {
  readonly #kept = new Set<Kept>();

  /** One more is kept. What is returned is called, any number of times, when it was taken or nobody waits for it any more. */
  keep(connection: object, cut: () => void): () => void {
    const kept = { connection, cut };
    this.#kept.add(kept);
    const ofThis = [...this.#kept].filter((each) => each.connection === connection);
    if (ofThis.length > MAX_LONG_ANSWERS_OF_ONE) this.#drop(kept);
    else if (this.#kept.size > MAX_LONG_ANSWERS) this.#drop([...this.#kept][0]!);
    return () => void this.#kept.delete(kept);
  }

  #drop(kept: Kept): void {
    this.#kept.delete(kept);
    kept.cut();
  }
}
