import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { Cleanup } from './bridge-client.js';
import { RawConnection, rawRequest, requestHead } from './raw-http.js';
import { until } from './until.js';

const PAUSE_MS = 5;
/** What shows that somebody is served: so many answers, and among them so many different samples. */
const ANSWERS = 20;
const SAMPLES = 5;

/**
 * A client as there are: it asks for /telemetry again and again, in turns over a connection that it keeps and over a new one. A connection
 * that it keeps may be closed on it between two requests; everything else has to be answered, by 200 and in the order of time.
 */
export class NormalClient {
  readonly #port: number;
  readonly #running: Promise<void>;
  #kept: RawConnection | null = null;
  #isStopped = false;
  #failure: unknown = null;
  #answers = 0;
  #samples = 0;
  #sampledAt = '';

  private constructor(port: number) {
    this.#port = port;
    this.#running = this.#run().catch((error: unknown) => {
      this.#failure = error;
    });
  }

  static start(cleanup: Cleanup, port: number): NormalClient {
    const client = new NormalClient(port);
    cleanup.after(async () => {
      client.#isStopped = true;
      await client.#running;
    });
    return client;
  }

  /** Resolves when it was answered 20 times more, with 5 newer samples; rejects when something else came in between. */
  async assertServed(): Promise<void> {
    const answers = this.#answers + ANSWERS;
    const samples = this.#samples + SAMPLES;
    await until('a normal client to be served', () => {
      if (this.#failure !== null) throw this.#failure;
      return this.#answers >= answers && this.#samples >= samples;
    });
  }

  /** Waits for the answer that it waits for, and ends it. Rejects if anything went wrong with it. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#running;
    if (this.#failure !== null) throw this.#failure;
  }

  async #run(): Promise<void> {
    try {
      while (!this.#isStopped) {
        await this.#askOverKept();
        this.#take(await rawRequest(this.#port, 'GET', '/telemetry'));
        await delay(PAUSE_MS);
      }
    } finally {
      this.#kept?.destroy();
    }
  }

  async #askOverKept(): Promise<void> {
    this.#kept ??= await RawConnection.open(this.#port);
    const isNew = this.#kept.unread === '' && this.#kept.socket.bytesWritten === 0;
    this.#kept.write(requestHead('GET', '/telemetry'));
    try {
      this.#take(await this.#kept.answer());
    } catch (error) {
      if (isNew || this.#kept.unread !== '') throw error;
      this.#kept.destroy();
      this.#kept = null;
    }
  }

  #take({ status, body }: { status: number; body: string }): void {
    // On a machine without any CPU time left the sampler may be late; that is no matter of the bridge's.
    if (status === 503 && body.includes('"sample_stale"')) return;
    assert.equal(status, 200, body);
    const { sampled_at: sampledAt } = JSON.parse(body) as { sampled_at: string };
    assert.ok(sampledAt >= this.#sampledAt, `${sampledAt} behind ${this.#sampledAt}`);
    this.#answers++;
    if (sampledAt !== this.#sampledAt) this.#samples++;
    this.#sampledAt = sampledAt;
  }
}
