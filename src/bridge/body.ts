import type { Answer } from './answer.js';
import { BODY_TIMEOUT_MS, LINGER_MS, MAX_BODIES, MAX_BODY_BYTES } from './limits.js';
import { TOO_LARGE, TOO_SLOW } from './openclaw.js';

const FIRST_BYTES = 1_024;

/** What becomes of a body. Neither `finish` nor `drop` is called twice, nor the one after the other unless `finish` threw. */
export interface Receiver {
  /**
   * The answer is to be the connection's last: it closes it, and is not given, not even to a body that is too long, before that has come
   * whole or its sender had a moment to read why not.
   */
  readonly isLast: boolean;
  /** The body is whole. Throws nothing. */
  answer(body: Uint8Array): Answer;
  /** Sends the answer. What comes of the body after that is ignored. */
  finish(answer: Answer, closeConnection: boolean): void;
  /** Cuts the connection: `finish` has failed. */
  drop(): void;
}

/**
 * The bodies that are on their way, over either transport: each is answered when it is whole, too long or too slow. When there are too many
 * at once, the oldest has been too slow, so that whoever holds many open shuts nobody out. Thread: main.
 *
 * A body whose request was already refused is read and dropped, so that its sender gets to read the refusal.
 */
export class Bodies {
  readonly #failed: (error: unknown) => void;
  readonly #timeoutMs: number;
  readonly #open = new Set<Body>();

  constructor(failed: (error: unknown) => void, timeoutMs = BODY_TIMEOUT_MS) {
    this.#failed = failed;
    this.#timeoutMs = timeoutMs;
  }

  receive(receiver: Receiver): Body {
    if (this.#open.size >= MAX_BODIES) this.#open.values().next().value?.giveUp();
    const body: Body = new Body(receiver, this.#timeoutMs, this.#failed, () => this.#open.delete(body));
    this.#open.add(body);
    return body;
  }
}

/** One body on its way. */
export class Body {
  readonly #receiver: Receiver;
  readonly #failed: (error: unknown) => void;
  readonly #over: () => void;
  #timer: NodeJS.Timeout;
  #bytes = Buffer.alloc(0);
  #length = 0;
  #refusal: Answer | null = null;
  #done = false;

  constructor(receiver: Receiver, timeoutMs: number, failed: (error: unknown) => void, over: () => void) {
    this.#receiver = receiver;
    this.#failed = failed;
    this.#over = over;
    this.#timer = setTimeout(() => this.giveUp(), timeoutMs);
  }

  /** Takes a copy of the next bytes. */
  take(chunk: Uint8Array): void {
    if (this.#done || this.#refusal !== null) return;
    const length = this.#length + chunk.byteLength;
    if (length > MAX_BODY_BYTES) {
      this.refuse(TOO_LARGE);
      return;
    }
    if (length > this.#bytes.length) {
      // Grown by doubling: neither does a length that is only announced take memory, nor a body that comes byte by byte.
      const larger = Buffer.allocUnsafe(
        Math.min(MAX_BODY_BYTES, Math.max(length, 2 * this.#bytes.length, FIRST_BYTES)),
      );
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** There is no more to come. */
  whole(): void {
    if (this.#done) return;
    const answer = this.#refusal ?? this.#receiver.answer(this.#bytes.subarray(0, this.#length));
    this.end(answer, this.#receiver.isLast);
  }

  /** Answers now: the rest of the body is not waited for any longer. */
  giveUp(): void {
    this.end(this.#refusal ?? TOO_SLOW, true);
  }

  /** The answer will be `refusal`, whatever the body is. */
  refuse(refusal: Answer): void {
    if (!this.#receiver.isLast) {
      this.end(refusal, false);
      return;
    }
    this.#refusal = refusal;
    this.#bytes = Buffer.alloc(0);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.giveUp(), LINGER_MS);
  }

  /** Answers without waiting for the rest, unless it is answered already. */
  end(answer: Answer, closeConnection: boolean): void {
    if (this.#done) return;
    this.abort();
    try {
      this.#receiver.finish(answer, closeConnection);
    } catch (error) {
      this.#failed(error);
      this.#receiver.drop();
    }
  }

  /** Nobody waits for an answer any more. */
  abort(): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#bytes = Buffer.alloc(0);
    this.#over();
  }
}
