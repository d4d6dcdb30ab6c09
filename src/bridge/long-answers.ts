import { LONG_ANSWER_BYTES, MAX_LONG_ANSWERS, MAX_LONG_ANSWERS_OF_ONE } from './limits.js';

/**
 * Whether a body is kept and sent in parts if the socket has no room for it. Meanwhile it must not be overwritten: a body that lies in a
 * frame is never that long.
 */
export function isLong(body: string | Uint8Array): boolean {
  return body.length > LONG_ANSWER_BYTES;
}

/** A kept answer: its connection, and how to cut that. */
interface Kept {
  readonly connection: object;
  readonly cut: () => void;
}

/**
 * The long answers that clients have not read yet, on either transport. If one connection has too many, it is cut. If there are too many in
 * total, the connection of the oldest is cut. So their memory is bounded, and clients that read are served. Thread: main.
 */
export class LongAnswers {
  readonly #kept = new Set<Kept>();

  /** Adds an answer. Call the returned function, once or more, when the answer was sent or its client has gone. */
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
