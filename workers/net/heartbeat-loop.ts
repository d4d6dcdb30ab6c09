import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/shared/clock.js';
import type { HeartbeatReport } from '../../src/shared/messages.js';
import type { BeatSource } from './beat-source.js';
import type { HeartbeatClient } from './heartbeat-client.js';
import type { BeatSchedule } from './schedule.js';

/** How often the first valid sample is looked for. */
const FIRST_SAMPLE_POLL_MS = 50;
/** A heartbeat that is on its way when the daemon stops has this long to get there. */
const STOP_GRACE_MS = 2_000;

/**
 * Sends one heartbeat after another, never two at a time: wait, take the newest numbers, post, report, wait. Thread: heartbeat.
 */
export class HeartbeatLoop {
  readonly #client: HeartbeatClient;
  readonly #source: BeatSource;
  readonly #schedule: BeatSchedule;
  readonly #clock: Clock;
  readonly #report: (report: HeartbeatReport) => void;
  readonly #givingUp = new AbortController();
  /** Ends the wait that is going on, or else the next one. */
  #wake = new AbortController();
  #stopping = false;
  #keyChanged = false;

  constructor(options: {
    client: HeartbeatClient;
    source: BeatSource;
    schedule: BeatSchedule;
    clock: Clock;
    report: (report: HeartbeatReport) => void;
  }) {
    this.#client = options.client;
    this.#source = options.source;
    this.#schedule = options.schedule;
    this.#clock = options.clock;
    this.#report = options.report;
  }

  /** Resolves when it was told to stop and nothing is on its way any more. */
  async run(): Promise<void> {
    try {
      await this.#beat();
    } finally {
      await this.#client.close();
    }
  }

  async #beat(): Promise<void> {
    while (!this.#source.begin()) {
      if (!(await this.#wait(FIRST_SAMPLE_POLL_MS))) return;
    }
    let waitMs = this.#schedule.first(this.#clock.wallMs());
    while (await this.#wait(waitMs)) {
      if (this.#keyChanged) {
        this.#keyChanged = false;
        waitMs = this.#schedule.afterNewKey(this.#clock.wallMs());
        continue;
      }
      const body = this.#source.body();
      waitMs = body === null ? FIRST_SAMPLE_POLL_MS : await this.#send(body);
    }
  }

  /** A key that may be new. If it is, the wait after the refusal ends. */
  setApiKey(apiKey: string): void {
    if (!this.#client.setApiKey(apiKey)) return;
    this.#keyChanged = true;
    this.#wake.abort();
  }

  /** Sends nothing more; what is on its way has two seconds. */
  stop(): void {
    this.#stopping = true;
    this.#wake.abort();
    setTimeout(() => this.#givingUp.abort(), STOP_GRACE_MS).unref();
  }

  async #send(body: string): Promise<number> {
    const startMs = this.#clock.monoMs();
    const outcome = await this.#client.post(body, this.#givingUp.signal);
    if (outcome.class === 'accepted') this.#source.accepted();
    const nextInMs = this.#schedule.after(outcome, this.#clock.wallMs());
    this.#report({
      type: 'result',
      class: outcome.class,
      status: outcome.status,
      detail: outcome.detail,
      durationMs: this.#clock.monoMs() - startMs,
      nextInMs,
    });
    return nextInMs;
  }

  /** Waits, or not as long when it is woken; a wake-up that came before the wait counts. Returns false when it is time to end. */
  async #wait(ms: number): Promise<boolean> {
    // The only rejection is the signal's.
    if (!this.#stopping) await delay(ms, undefined, { signal: this.#wake.signal }).catch(() => {});
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
    return !this.#stopping;
  }
}
