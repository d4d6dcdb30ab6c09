import { setTimeout as delay } from 'node:timers/promises';
import { RawConnection, requestHead } from '../support/raw-http.js';
import { telemetrySchema } from '../support/telemetry-schema.js';
import type { Excuse, Windows } from './windows.js';

/** Whoever waits longer has no answer. Longer than any time for which a fault stops the process. */
const TIMEOUT_MS = 15_000;
/** A frame that is older is said to be too old by the bridge itself, after 2 s or three intervals. */
const MAX_AGE_MS = 3_500;
/** More than this between two clocks' advances, and the machine's time was set. */
const CLOCK_STEP_MS = 20;
const KEPT_PROBLEMS = 5;

/** What one client saw. */
export interface ClientTally {
  readonly name: string;
  sent: number;
  /** 200, with a snapshot as it should be. */
  answered: number;
  /** 503 while a fault says that there are no frames. */
  unavailable: number;
  /** Not answered while a fault says that new connections fail. */
  excused: number;
  failed: number;
  /** What failed first. */
  readonly problems: string[];
  /** Frames that differ from the one before. */
  frames: number;
  /** Of requests outside of all faults. */
  readonly latenciesMs: number[];
  /** Times without an answer that were longer than an interval, in all; and how many. */
  gapsMs: number;
}

/**
 * A normal client: asks for /telemetry at a fixed rate, over one connection or over a new one each time, and looks at every answer. What
 * it could not ask in time it leaves out.
 */
export class SteadyClient {
  readonly tally: ClientTally;
  readonly #port: number;
  readonly #everyMs: number;
  readonly #keepsAlive: boolean;
  readonly #intervalMs: number;
  readonly #windows: Windows;
  #connection: RawConnection | null = null;
  #lastSampledAt = '';
  #lastAnswerMs = Number.NaN;
  #clockOffsetMs = Number.NaN;

  constructor(options: {
    name: string;
    port: number;
    everyMs: number;
    keepsAlive: boolean;
    intervalMs: number;
    windows: Windows;
  }) {
    this.#port = options.port;
    this.#everyMs = options.everyMs;
    this.#keepsAlive = options.keepsAlive;
    this.#intervalMs = options.intervalMs;
    this.#windows = options.windows;
    this.tally = {
      name: options.name,
      sent: 0,
      answered: 0,
      unavailable: 0,
      excused: 0,
      failed: 0,
      problems: [],
      frames: 0,
      latenciesMs: [],
      gapsMs: 0,
    };
  }

  /** Asks until it is told to stop. Never rejects. */
  async run(stop: AbortSignal): Promise<void> {
    let dueMs = performance.now();
    while (!stop.aborted) {
      await this.#ask();
      const nowMs = performance.now();
      dueMs = Math.max(dueMs + this.#everyMs, nowMs - this.#everyMs);
      if (dueMs > nowMs) await delay(dueMs - nowMs, undefined, { signal: stop }).catch(() => {});
    }
    this.#connection?.destroy();
  }

  async #ask(): Promise<void> {
    const { tally } = this;
    const sentMs = performance.now();
    tally.sent++;
    let problem: string;
    try {
      const { status, body } = await this.#exchange();
      const problemOfIt = status === 200 ? this.#look(body, sentMs) : null;
      if (status === 200 && problemOfIt === null) return;
      if (status === 503 && this.#isExcused(sentMs, 'unavailable')) {
        tally.unavailable++;
        return;
      }
      problem = problemOfIt ?? `HTTP ${status}: ${body.slice(0, 200)}`;
    } catch (error) {
      this.#connection?.destroy();
      this.#connection = null;
      if (this.#isExcused(sentMs, 'connections')) {
        tally.excused++;
        return;
      }
      problem = error instanceof Error ? error.message : String(error);
    }
    tally.failed++;
    if (tally.problems.length < KEPT_PROBLEMS) tally.problems.push(`${new Date().toISOString()} ${problem}`);
  }

  async #exchange(): Promise<{ status: number; body: string }> {
    let timer: NodeJS.Timeout | undefined;
    try {
      const timeout = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${TIMEOUT_MS / 1_000} s`)), TIMEOUT_MS);
      });
      const answer = (async () => {
        this.#connection ??= await RawConnection.open(this.#port);
        this.#connection.write(requestHead('GET', '/telemetry'));
        return this.#connection.answer();
      })();
      answer.catch(() => {});
      return await Promise.race([answer, timeout]);
    } finally {
      clearTimeout(timer);
      if (!this.#keepsAlive) {
        this.#connection?.destroy();
        this.#connection = null;
      }
    }
  }

  /** What is wrong with a snapshot; null: nothing. */
  #look(body: string, sentMs: number): string | null {
    const { tally } = this;
    const nowMs = performance.now();
    let snapshot: unknown;
    try {
      snapshot = JSON.parse(body);
    } catch {
      return `not JSON: ${body.slice(0, 200)}`;
    }
    const parsed = telemetrySchema.safeParse(snapshot);
    if (!parsed.success) return `not of the shape: ${parsed.error.issues[0]?.message}: ${body.slice(0, 200)}`;
    const { sampled_at: sampledAt } = parsed.data;
    const offsetMs = Date.now() - nowMs;
    const isClockSteady = !(Math.abs(offsetMs - this.#clockOffsetMs) > CLOCK_STEP_MS);
    this.#clockOffsetMs = offsetMs;
    if (isClockSteady && sampledAt < this.#lastSampledAt)
      return `${sampledAt} comes behind ${this.#lastSampledAt}`;
    const ageMs = Date.now() - Date.parse(sampledAt) - (nowMs - sentMs);
    if (isClockSteady && ageMs > MAX_AGE_MS && !this.#isExcused(sentMs, 'unavailable'))
      return `a frame that is ${Math.round(ageMs)} ms old`;
    if (sampledAt !== this.#lastSampledAt) tally.frames++;
    this.#lastSampledAt = sampledAt;
    const gapMs = nowMs - this.#lastAnswerMs;
    if (gapMs > this.#intervalMs) tally.gapsMs += gapMs;
    this.#lastAnswerMs = nowMs;
    tally.answered++;
    if (!this.#windows.isFaulty(sentMs, nowMs)) tally.latenciesMs.push(nowMs - sentMs);
    return null;
  }

  #isExcused(sentMs: number, excuse: Excuse): boolean {
    return this.#windows.covers(sentMs, performance.now(), excuse);
  }
}
