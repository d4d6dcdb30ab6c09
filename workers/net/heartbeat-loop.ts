import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../src/shared/clock.js';
import type { HeartbeatReport } from '../../src/shared/messages.js';
import type { BeatSource } from './beat-source.js';
import type { HeartbeatClient } from './heartbeat-client.js';
import type { BeatSchedule } from './schedule.js';

/** How often to look for the first valid sample. */
const FIRST_SAMPLE_POLL_MS = 50;
/** How long a heartbeat in flight may take when the daemon stops. */
const STOP_GRACE_MS = 2_000;

/**
 * Sends one heartbeat after another, never two at a time: wait, read the newest numbers, post, report. Thread: heartbeat.
 */
export class HeartbeatLoop {
  readonly #client: HeartbeatClient;
  readonly #source: BeatSource;
  readonly #schedule: BeatSchedule;
  readonly #clock: Clock;
  readonly #report: (report: HeartbeatReport) => void;
  readonly #givingUp = new AbortController();
  /** Ends the current wait, or the next one if there is none. */
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

  /** Resolves after `stop`, once no request is in flight. */
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

  /** Takes the current key. If it changed, the wait after a refusal ends. */
  setApiKey(apiKey: string): void {
    if (!this.#client.setApiKey(apiKey)) return;
    this.#keyChanged = true;
    this.#wake.abort();
  }

  /** Starts no further heartbeat; one in flight has two seconds. */
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

  /** Waits `ms` or until woken; a wake-up that came before the wait counts. Returns false when the loop should end. */
  async #wait(ms: number): Promise<boolean> {
    // Only the signal rejects.
    if (!this.#stopping) await delay(ms, undefined, { signal: this.#wake.signal }).catch(() => {});
    if (this.#wake.signal.aborted) this.#wake = new AbortController();
    return !this.#stopping;
  }
}
