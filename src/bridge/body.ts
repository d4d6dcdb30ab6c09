import type { Answer } from './answer.js';
import { BODY_TIMEOUT_MS, LINGER_MS, MAX_BODIES, MAX_BODY_BYTES } from './limits.js';
import { TOO_LARGE, TOO_SLOW } from './openclaw.js';

const FIRST_BYTES = 1_024;

/** Handles one body. `finish` is called at most once, and `drop` only if `finish` threw. */
export interface Receiver {
  /**
   * Whether the answer closes the connection. Then even a refusal, such as that of a body that is too long, waits until the body is
   * complete, but no longer than LINGER_MS, so that its sender can read it.
   */
  readonly isLast: boolean;
  /** Answers a complete body. Throws nothing. */
  answer(body: Uint8Array): Answer;
  /** Sends the answer. The rest of the body is ignored. */
  finish(answer: Answer, closeConnection: boolean): void;
  /** Cuts the connection: `finish` has failed. */
  drop(): void;
}

/**
 * The bodies being received, on either transport. Each is answered when it is complete, too long or timed out. If there are too many at
 * once, the oldest times out, so that a client that holds many open does not lock out others. Thread: main.
 *
 * The body of a refused request is read and discarded, so that its sender can read the refusal.
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

/** One body being received. */
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
      // Grows by doubling: an announced length alone allocates nothing, nor does each byte of a body that arrives byte by byte.
      const larger = Buffer.allocUnsafe(
        Math.min(MAX_BODY_BYTES, Math.max(length, 2 * this.#bytes.length, FIRST_BYTES)),
      );
      larger.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = length;
  }

  /** Called when the body is complete. */
  whole(): void {
    if (this.#done) return;
    const answer = this.#refusal ?? this.#receiver.answer(this.#bytes.subarray(0, this.#length));
    this.end(answer, this.#receiver.isLast);
  }

  /** Answers now, without waiting for the rest of the body. */
  giveUp(): void {
    this.end(this.#refusal ?? TOO_SLOW, true);
  }

  /** Makes `refusal` the answer, whatever the body contains. */
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

  /** Stops receiving without an answer. Called when the answer was sent or the client has gone. */
  abort(): void {
    if (this.#done) return;
    this.#done = true;
    clearTimeout(this.#timer);
    this.#bytes = Buffer.alloc(0);
    this.#over();
  }
}
