/** An answer of the bridge; `json` is undefined where its body is no JSON. */
export interface BridgeAnswer {
  readonly status: number;
  readonly json: unknown;
}

export interface PollerOptions {
  /** Asks the bridge; rejects when there is no answer. */
  readonly ask: (path: string, signal: AbortSignal) => Promise<BridgeAnswer>;
  /** A steady clock, ms. */
  readonly nowMs: () => number;
  /** Resolves after so long, or when the signal is aborted. */
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  /** The newest sample, or why there is none; null: no answer came. Returns the interval between samples, as far as is known. */
  readonly onTelemetry: (answer: BridgeAnswer | null) => number | null;
  readonly onHealth: (answer: BridgeAnswer) => void;
  /** Where the past is to be asked for; null: it is not wanted now. */
  readonly historyPath: () => string | null;
  /** Null: no answer came. */
  readonly onHistory: (answer: BridgeAnswer | null) => void;
}

const FASTEST_MS = 50;
const HEALTH_EVERY_MS = 2_000;
const FIRST_BACKOFF_MS = 250;
const SLOWEST_BACKOFF_MS = 2_000;
/** So long an answer may take. */
const ANSWER_LIMIT_MS = 5_000;

/**
 * Asks the bridge, one request at a time: for the newest sample at the interval of sampling, at most 20 times a second; for /health every two
 * seconds; for the past when it is wanted. While nothing comes it asks more slowly. Between `stop` and `start` it asks nothing by itself.
 */
export class Poller {
  readonly #options: PollerOptions;
  #run: AbortController | null = null;
  #backoffMs = 0;
  #healthDueMs = Number.NEGATIVE_INFINITY;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#run !== null;
  }

  start(): void {
    if (this.#run !== null) return;
    this.#run = new AbortController();
    this.#backoffMs = 0;
    this.#healthDueMs = Number.NEGATIVE_INFINITY;
    void this.#poll(this.#run.signal);
  }

  stop(): void {
    this.#run?.abort();
    this.#run = null;
  }

  /** Asks once, whether or not it runs; an end of `run` ends it. Null: no answer, or none in time. */
  async ask(path: string, run?: AbortSignal): Promise<BridgeAnswer | null> {
    const one = new AbortController();
    const end = (): void => one.abort();
    run?.addEventListener('abort', end);
    void this.#options.wait(ANSWER_LIMIT_MS, one.signal).then(end);
    try {
      return await this.#options.ask(path, one.signal);
    } catch {
      return null;
    } finally {
      run?.removeEventListener('abort', end);
      end();
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    const { nowMs, wait } = this.#options;
    let dueMs = nowMs();
    while (!signal.aborted) {
      const intervalMs = await this.#turn(signal);
      // What was missed is not made up for.
      dueMs = Math.max(dueMs + intervalMs, nowMs());
      await wait(dueMs - nowMs(), signal);
    }
  }

  /** Asks for what is due. Returns how long after its begin the next turn may begin. */
  async #turn(signal: AbortSignal): Promise<number> {
    const { onTelemetry, onHealth, historyPath, onHistory, nowMs } = this.#options;
    const answer = await this.ask('/telemetry', signal);
    if (signal.aborted) return 0;
    const intervalMs = onTelemetry(answer);
    const isGood = answer?.status === 200;
    if (isGood) {
      this.#backoffMs = 0;
      const path = historyPath();
      if (path !== null) {
        const past = await this.ask(path, signal);
        if (!signal.aborted) onHistory(past);
      }
    } else {
      this.#backoffMs = Math.min(SLOWEST_BACKOFF_MS, Math.max(FIRST_BACKOFF_MS, 2 * this.#backoffMs));
    }
    // Who refuses one refuses the other.
    if ((isGood || answer?.status === 503) && !signal.aborted && nowMs() >= this.#healthDueMs) {
      const health = await this.ask('/health', signal);
      this.#healthDueMs = nowMs() + HEALTH_EVERY_MS;
      if (health !== null && !signal.aborted) onHealth(health);
    }
    return isGood ? Math.max(FASTEST_MS, intervalMs ?? 0) : this.#backoffMs;
  }
}
