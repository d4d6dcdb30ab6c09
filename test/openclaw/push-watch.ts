import { setTimeout as delay } from 'node:timers/promises';

/** What /health says of the plugin's last push, and when it was looked at. */
interface Look {
  readonly atMs: number;
  readonly ageSeconds: number;
}

const LOOK_EVERY_MS = 50;
/** /health tells ages in tenths of a second. */
const SAME_PUSH_MS = 300;

/**
 * Sees the plugin's pushes from the Monitor's side: from the age of the last one, which /health tells. Looks all the time, until it is
 * stopped. A Monitor that is down is looked at again.
 */
export class PushWatch {
  /** When each push came, performance.now(), to a tenth of a second. */
  readonly pushesMs: number[] = [];
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #stopping = new AbortController();
  readonly #looking: Promise<void>;

  constructor(port: number, token: string) {
    this.#url = `http://127.0.0.1:${port}/health`;
    this.#headers = { authorization: `Bearer ${token}` };
    this.#looking = this.#look();
  }

  /** Resolves when `count` pushes have come since the watch began. */
  async seen(count: number, limitMs: number): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (this.pushesMs.length < count) {
      if (performance.now() > endMs) {
        throw new Error(`${this.pushesMs.length} pushes came within ${limitMs / 1_000} s, not ${count}`);
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  /** Resolves when `count` more pushes have come. */
  more(count: number, limitMs: number): Promise<void> {
    return this.seen(this.pushesMs.length + count, limitMs);
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#looking;
  }

  async #look(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      const look = await this.#ask();
      if (look !== null) {
        const pushMs = look.atMs - look.ageSeconds * 1_000;
        if (pushMs - (this.pushesMs.at(-1) ?? Number.NEGATIVE_INFINITY) > SAME_PUSH_MS) {
          this.pushesMs.push(pushMs);
        }
      }
      await delay(LOOK_EVERY_MS);
    }
  }

  async #ask(): Promise<Look | null> {
    try {
      const answer = await fetch(this.#url, { headers: this.#headers });
      const { openclaw } = (await answer.json()) as { openclaw: { age_seconds: number } | null };
      return openclaw === null ? null : { atMs: performance.now(), ageSeconds: openclaw.age_seconds };
    } catch {
      return null;
    }
  }
}
